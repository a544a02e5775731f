"""Views for other programs on PostgreSQL: regular contacts and removals, for roles of registered recipients."""

import sqlalchemy as sa
from alembic import op

from store.tables import Id, Moment

revision = "0032"
down_revision = "0031"

# The right to look is asked in the view, once and before any row is read: a recipient that has ended reads
# nothing more at once, and nobody reads contacts while anything is halted. Readers learn why.
_GATE = """
CREATE FUNCTION regulars_let_read(reader text, is_recipient boolean, is_halted boolean) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT is_recipient THEN
        RAISE EXCEPTION 'The role %% reads for no registered recipient.', reader
        USING HINT = 'Register it with: regulars views grant', ERRCODE = 'insufficient_privilege';
    END IF;
    IF is_halted THEN
        RAISE EXCEPTION 'Deliveries are halted: no contacts until `regulars resume`; removals can be read.'
        USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN true;
END $$
"""
_IS_RECIPIENT = """EXISTS (SELECT 1 FROM view_readers AS v JOIN recipients AS r ON r.id = v.recipient_id
    WHERE v.role = current_user AND v.ended_at IS NULL AND r.ended_at IS NULL AND r.part <> 'third-party')"""
_TIME = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')"""

# A barrier, for a reader may make functions of its own that see rows before they are left out.
_CONTACTS = f"""
CREATE VIEW regular_contacts_v1 WITH (security_barrier) AS
SELECT
    c.platform || ':' || c.platform_id AS contact_key,
    'upsert'::text AS op,
    m.seq,
    c.platform,
    c.platform_id,
    c.handle,
    c.display_name,
    c.label,
    d.kind AS label_reason,
    split_part(d.policy, '/', 1) AS policy,
    c.regular_since,
    ARRAY(
        SELECT each.value ->> 0 FROM json_array_elements(h.told::json) WITH ORDINALITY AS each
        ORDER BY each.ordinality
    ) AS topics,
    ARRAY(
        SELECT each.value ->> 0 FROM json_array_elements(h.told::json) WITH ORDINALITY AS each
        WHERE each.value ->> 1 = 'declared' ORDER BY each.ordinality
    ) AS declared_topics,
    ARRAY(
        SELECT each.value FROM json_array_elements_text(a.addressable::json) WITH ORDINALITY AS each
        ORDER BY each.ordinality
    ) AS addressable,
    a.hindrances::jsonb AS not_addressable_because,
    email.address AS email,
    phone.address AS phone,
    s.language,
    s.area,
    said.consents,
    stood.last_confirmed_at
FROM messaging_contacts AS m
JOIN admissions AS a ON a.contact_id = m.contact_id
JOIN contacts AS c ON c.id = m.contact_id
JOIN LATERAL (
    SELECT x.kind, x.policy FROM decisions AS x WHERE x.contact_id = m.contact_id ORDER BY x.id DESC LIMIT 1
) AS d ON true
LEFT JOIN topic_holders AS h ON h.contact_id = m.contact_id
LEFT JOIN addresses AS email ON email.contact_id = m.contact_id AND email.channel = 'email'
LEFT JOIN addresses AS phone ON phone.contact_id = m.contact_id AND phone.channel = 'sms'
LEFT JOIN sign_ups AS s ON s.contact_id = m.contact_id
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(x.purpose, jsonb_build_object(
        'given_at', {_TIME.format("x.given_at")}, 'withdrawn_at', {_TIME.format("x.withdrawn_at")}
    )) AS consents
    FROM (
        SELECT y.purpose, max(y.given_at) AS given_at, max(y.withdrawn_at) AS withdrawn_at
        FROM consents AS y WHERE y.contact_id = m.contact_id GROUP BY y.purpose
    ) AS x
) AS said ON true
LEFT JOIN LATERAL (
    SELECT greatest(max(x.started_at), max(x.seen_at), max(CASE
        WHEN w.since IS NOT NULL THEN w.confirmed_at
        ELSE (SELECT max(k.began_at) FROM walks AS k WHERE k.whole
            AND k.account_id = x.account_id AND k.kind = x.kind AND k.post = x.item)
    END)) AS last_confirmed_at
    FROM signals AS x
    LEFT JOIN withheld AS w ON w.account_id = x.account_id AND w.kind = x.kind AND w.item = x.item
        AND w.contact_id = x.contact_id
    WHERE x.contact_id = m.contact_id AND (x.ended_at IS NULL OR x.ended_at > now())
) AS stood ON true
WHERE regulars_let_read(current_user, {_IS_RECIPIENT}, EXISTS (SELECT 1 FROM halts))
    AND a.refusal IS NULL AND m.seq IS NOT NULL
"""
_TOMBSTONES = f"""
CREATE VIEW contact_tombstones_v1 WITH (security_barrier) AS
SELECT t.platform || ':' || t.platform_id AS contact_key, t.op, t.seq, t.reason, t.at
FROM changes AS t
WHERE regulars_let_read(current_user, {_IS_RECIPIENT}, false)
    AND t.op = 'remove'
    AND NOT EXISTS (
        SELECT 1 FROM changes AS x WHERE x.op = 'remove'
        AND x.platform_id = t.platform_id AND x.platform = t.platform AND x.seq > t.seq
    )
    AND NOT EXISTS (
        SELECT 1 FROM contacts AS c JOIN admissions AS a ON a.contact_id = c.id
        WHERE a.refusal IS NULL AND c.platform = t.platform AND c.platform_id = t.platform_id
    )
"""
_COMMENTS = {
    "regular_contacts_v1": {
        "": "The regular contacts that may be imported, as the gates last said: one row a contact.",
        "contact_key": "The platform and its own id: the key. A handle may change, this does not.",
        "op": "Always upsert: insert the contact, or bring the one with the same key up to date.",
        "seq": "Its newest step in the feed; whoever moved since step n has a larger one.",
        "platform": "twitter, facebook or signup.",
        "platform_id": "The platform's id, as text: it may have 19 digits.",
        "handle": "The name in addresses, without @; where the platform shows one.",
        "display_name": "The name as its owner wrote it: any text.",
        "label": "Always regular.",
        "label_reason": "The kind of act that the label rests on.",
        "policy": "The policy pack by which the label was given.",
        "regular_since": "Since when it is regular, where that is known.",
        "topics": "What the contact declared, then its interests. By the latter nobody may be chosen or left out "
        "as a recipient (Regulation (EU) 2024/900, art. 18).",
        "declared_topics": "What the contact declared.",
        "addressable": "The channels that are open: x_message, messenger, email, sms.",
        "not_addressable_because": "What hinders on each of the others.",
        "email": "The address that the person gave.",
        "phone": "The number that the person gave, as +33639980001.",
        "language": "fr or en, as the person chose at its sign-up.",
        "area": "As the person wrote it at its sign-up.",
        "consents": "By purpose, when the last consent was given and when one was last withdrawn.",
        "last_confirmed_at": "When an act that stands was last seen to stand.",
    },
    "contact_tombstones_v1": {
        "": "Who has left since: what every importer must carry out. One row a contact that was ever shown.",
        "contact_key": "The key under which it was shown.",
        "op": "Always remove.",
        "seq": "The step of the feed by which it left.",
        "reason": "Why: unfollowed, objected, erased and others.",
        "at": "When it left. A tombstone is deleted after the policy pack's tombstone_days.",
    },
}


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "view_readers",
        sa.Column("id", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("recipient_id", Id, nullable=False),
        sa.Column("granted_at", Moment(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("ended_at", Moment()),
        sa.CheckConstraint("role <> ''", name=op.f("ck_view_readers_named")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipients.id"], name=op.f("fk_view_readers_recipient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_readers")),
    )
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_view_readers_role",
        "view_readers",
        ["role"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.create_index("ix_view_readers_recipient_id", "view_readers", ["recipient_id"])
    if op.get_bind().dialect.name != "postgresql":  # a SQLite file has no roles
        return
    for each in (_GATE, _CONTACTS, _TOMBSTONES):
        op.get_bind().exec_driver_sql(each)
    for view, told in _COMMENTS.items():
        for column, words in told.items():
            place = f"COLUMN {view}.{column}" if column else f"VIEW {view}"
            quoted = words.replace("'", "''")
            op.get_bind().exec_driver_sql(f"COMMENT ON {place} IS '{quoted}'")


def downgrade() -> None:
    """Take it down again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP VIEW contact_tombstones_v1")
        op.execute("DROP VIEW regular_contacts_v1")
        op.execute("DROP FUNCTION regulars_let_read(text, boolean, boolean)")
    op.drop_table("view_readers")
