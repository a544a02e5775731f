"""Why each table is kept, until when, and what deletes its rows; docs/keeping.md is written from it.

Run `python -m store.kept > docs/keeping.md` after a change.
"""

import sys
from collections.abc import Mapping
from typing import NamedTuple


class Kept(NamedTuple):
    """Why rows of a table are kept, until when, and what deletes them."""

    why: str
    until: str
    deleted_by: str


_WITH_ACCOUNT = Kept("what is connected", "its account is removed", "`regulars account remove`")
_OURS = "nobody is named in it"
_PACK = Kept("what the pack in force allows", "another pack is in force", "`regulars reclassify`")
_WITH_CONTACT = "its contact or its act goes"

#: Every table; a test compares them with those that there are.
KEPT: Mapping[str, Kept] = {
    "contacts": Kept(
        "a regular contact, or one to be answered",
        "`keep_until`; a regular one `regular_inactive_months` after its last sign of life",
        "`expire`: occasional_contacts, ended_contacts, inactive_contacts",
    ),
    "signals": Kept(
        "the acts that a label rests on",
        "`keep_until`; one without a date `regular_grace_after_end_days` after its end; a sign-up "
        "`regular_inactive_months` after it was last confirmed; the campaign's end",
        "`expire`: acts, sign_ups, campaigns",
    ),
    "texts": Kept("to be answered, and read for topics", "`expires_at`", "`expire`: texts"),
    "decisions": Kept("why a contact has its label", _WITH_CONTACT, "`expire`, with the act"),
    "messaging_contacts": Kept("who may be imported", "the label falls", "whatever lets the label fall"),
    "changes": Kept(
        "what CRMs must still learn; the newest step of whoever is shown",
        "`tombstone_days` after a removal, or after a step that a newer one replaced; of the erased when all "
        "who received them acknowledged it",
        "`expire`: steps",
    ),
    "withheld": Kept("acts in doubt", _WITH_CONTACT, "the database, with the act"),
    "topic_holders": Kept("whom topics are tied to", _WITH_CONTACT, "the database, with the contact"),
    "spoken": Kept("what a text spoke of", _WITH_CONTACT, "the database, with the act"),
    "declared_topics": Kept("what a contact declared", _WITH_CONTACT, "the database, with the contact"),
    "chosen_topics": Kept("what an operator corrected", _WITH_CONTACT, "the database, with the contact"),
    "interests": Kept("what is found from these", _WITH_CONTACT, "the database, with the contact"),
    "roster_pages": Kept("a walk under way, in our own numbers", "the walk is compared", "the harvest"),
    "departing": Kept(
        "whom a walk missed, in our own numbers", "each is parted with, within a minute", "the harvest"
    ),
    "inbox": Kept(
        "a push until it is taken in",
        "`expires_at` (`REGULARS_INBOX_DAYS`); a minute where it names whoever objected",
        "the dispatcher",
    ),
    "ended_acts": Kept("ends that came before their act, hashed", "`forget_at`", "`expire`: ended_acts"),
    "suppressions": Kept(
        "so that who objected is never stored again: keyed hashes",
        "the person's own confirmed act",
        "nothing by itself",
    ),
    "suppression_keys": Kept(
        "what makes these hashes, sealed", "there is no suppression", "nothing by itself"
    ),
    "objections_ledger": Kept("how much of the ledger is applied", _OURS, "nothing: one row"),
    "campaign_ends": Kept("when a campaign's contacts go", _OURS, "`regulars campaign continue`, before"),
    "kept_counts": Kept("how often something was done, by whomever", _OURS, "`regulars account remove`"),
    "accounts": _WITH_ACCOUNT,
    "account_staff": Kept("who of us is no contact", "its account is removed", "`regulars account remove`"),
    "posts": Kept("what we published ourselves", "its account is removed", "`regulars account remove`"),
    "post_topics": Kept("what our posts speak of", "its post goes", "`regulars account remove`"),
    "harvests": _WITH_ACCOUNT,
    "harvest_runs": _WITH_ACCOUNT,
    "checkpoints": _WITH_ACCOUNT,
    "walks": _WITH_ACCOUNT,
    "looks": Kept("counts of followers", "40 days", "the next look"),
    "freshness": _WITH_ACCOUNT,
    "connected_events": _WITH_ACCOUNT,
    "schedules": Kept("when what is harvested", _OURS, "`regulars schedule remove`"),
    "schedule_moments": Kept("what became of a schedule's moments", "90 days", "the next moment"),
    "quarantined_items": Kept("the shape of what could not be read, without content", _OURS, "with its run"),
    "unknown_pushes": Kept(
        "the shape of what could not be read, without content", _OURS, "nothing by itself"
    ),
    "failures": Kept("what failed and what to do", _OURS, "with its run"),
    "jobs": Kept("what was done in the background, in counts", _OURS, "nothing by itself"),
    "outbox": Kept("messages to be sent", _OURS, "the dispatcher"),
    "workers": Kept("who is at work", _OURS, "the dispatcher"),
    "halts": Kept("what is halted, by whom and why", _OURS, "`regulars resume`"),
    "halted_contacts": Kept(
        "who comes into the messaging store when a halt ends",
        "the halt ends; " + _WITH_CONTACT,
        "`regulars resume`",
    ),
    "paused_queues": Kept("which queues are held back", _OURS, "whoever lets them go on"),
    "worked_minutes": Kept("how fast queues are worked off", _OURS, "the dispatcher, after two hours"),
    "totals": Kept("what was ever done, in numbers", _OURS, "nothing: one row a kind"),
    "limits": Kept("what platforms still allow", _OURS, "the next answer"),
    "limit_windows": Kept("what platforms still allow", _OURS, "the next answer"),
    "budgets": Kept("what may be spent", _OURS, "`regulars budget remove`"),
    "budget_periods": Kept("what may be spent", _OURS, "with its budget"),
    "spends": Kept(
        "what was paid; the hashes of whom it was for only for its day", _OURS, "nothing by itself"
    ),
    "usage_readings": Kept("what platforms say was paid", _OURS, "nothing by itself"),
    "inferable_topics": _PACK,
    "countable_topics": _PACK,
    "notices": Kept(
        "when a contact must be told, and how it was", "it was not told in time", "`expire`: notices"
    ),
    "notice_versions": Kept("what people were told, word for word", _OURS, "nothing: the proof of it"),
    "sign_ups": Kept(
        "what a person wrote when it signed up", _WITH_CONTACT, "the database, with the contact"
    ),
    "consents": Kept("the proof of a consent", _WITH_CONTACT, "the database, with the contact"),
    "consent_texts": Kept(
        "what people agreed to, word for word",
        "no consent points at it",
        "`regulars forget`, `object`; the daily scrub",
    ),
    "addresses": Kept(
        "where a contact wants to be written to", _WITH_CONTACT, "the database, with the contact"
    ),
    "overrides": Kept("what an operator decided itself", _WITH_CONTACT, "the database, with the contact"),
    "admissions": Kept("what the gates last said", _WITH_CONTACT, "the database, with the contact"),
    "journal_chain": Kept("who did what, as hashes", _OURS, "nothing: it only grows"),
    "journal_texts": Kept(
        "who did what, in words",
        "its subject is forgotten, or is held no more; `journal_months` after it was written",
        "`regulars forget`, `object`; `expire`: old_journal, journal",
    ),
    "deletions": Kept("what platforms asked for, and when it was done", _OURS, "nothing by itself"),
    "erasures": Kept(
        "by when the erased are gone from all copies", "30 days after `gone_by`", "the daily scrub"
    ),
    "written_files": Kept("where files lie that hold people", "the file is gone", "the daily scrub"),
    "view_readers": Kept("which role reads the views for whom (GDPR art. 30)", _OURS, "nothing by itself"),
    "recipients": Kept("who gets files of people (GDPR art. 30)", _OURS, "nothing by itself"),
    "consumers": Kept("which programs read contacts, and how far they are", _OURS, "nothing by itself"),
    "consumer_tokens": Kept(
        "by what they are known: hashes", "the token's end", "the next token, or `revoke`"
    ),
    "webhooks": Kept(
        "where programs are told that there is something to read; nobody is named",
        "its program ends, or somebody removes it",
        "`consumer webhook remove`, or `revoke`",
    ),
    "webhook_deliveries": Kept(
        "events on their way, and those that were never taken; nobody is named",
        "it is taken; a month after the last try",
        "the dispatcher",
    ),
    "received": Kept(
        "whom a program was shown, so that it is told of their removal",
        "their last tombstone, or the program's end",
        "`expire`, or `revoke`",
    ),
    "segment_steps": Kept(
        "what a program that reads one segment is told of whom, by numbers of its own",
        "`tombstone_days` after it left the segment, or the program's end",
        "the daily scrub, or `revoke`",
    ),
    "exports": Kept(
        "which files were written for whom; nobody is named",
        "a year after the files are gone",
        "the daily scrub",
    ),
    "segments": Kept("saved filters of the messaging store", _OURS, "nothing: `segment remove` ends it"),
    "segment_told": Kept(
        "whom files of a segment held, so that they are told who left it",
        "`tombstone_days` after it left the segment; its last step in `changes`",
        "the daily scrub",
    ),
    "transfer_consents": Kept(
        "the proof of a consent to be passed on to a third party",
        _WITH_CONTACT,
        "the database, with the contact",
    ),
    "transferred": Kept(
        "whom a third party got, so that it is told of their removal",
        "its last step in `changes`",
        "the daily scrub",
    ),
    "targetings": Kept(
        "who was chosen by which criteria, and what for (Regulation (EU) 2024/900, art. 19); nobody is named",
        "`ttpa_records_years` after it",
        "the daily scrub",
    ),
    "areas": Kept("the partition by which contacts are counted", _OURS, "`regulars areas partition`"),
    "area_words": Kept("what means one area alone", _OURS, "`regulars areas partition`"),
    "area_tables": Kept("what was published, so that it is once", _OURS, "nothing: it is published"),
    "area_counts": Kept(
        "what was published, in numbers of a smallest size", _OURS, "nothing: it is published"
    ),
    "asked_mails": Kept(
        "so that an address gets one mail a day: keyed hashes", "the day is over", "the next day's mail"
    ),
    "link_keys": Kept("what opens the links of the pages, sealed", _OURS, "nothing: links never expire"),
    "profile_looks": Kept("whether a profile shows the notice", "its account is removed", "the next look"),
    "account_checks": Kept("what of an account can be read", "its account is removed", "the next check"),
    "logins": Kept(
        "a sign-in at a platform, under way, sealed",
        "it is used, or ten minutes on",
        "the next sign-in",
    ),
    "installation": Kept("which key and pack are in force", _OURS, "nothing: one row"),
    "feed_state": Kept("how far the feed is", _OURS, "nothing: one row"),
    "users": Kept("who may sign in to the console", "somebody takes it away", "nothing by itself"),
    "sessions": Kept(
        "who is signed in: a hash", "12 hours after the last use, 7 days at most", "the next to sign in"
    ),
    "invitations": Kept("a link's hash", "15 minutes, or its use", "the next that is used"),
    "sign_in_tries": Kept(
        "so that nobody guesses: hashes of names and networks", "15 minutes", "the next to sign in"
    ),
    "tallies": Kept("how many there were each day; nobody is named", "for good", "nothing"),
    "alerts": Kept("what somebody should know; nobody is named", "30 days after its end", "the dispatcher"),
    "alert_wishes": Kept("where a user wishes to be told", "the user takes it back", "its page"),
    "alert_deliveries": Kept("what is on its way", "its alert or its wish goes", "the database"),
}

_HEAD = """# Keeping

Whatever is stored has a reason and a date; the numbers are the pack's (docs/policy.md), and each date
stands in the row or follows from it. `regulars expire` deletes what is past its date, and the dispatcher
begins that every day; `--dry-run` counts the same rows and touches none. It works in short transactions
beside harvests: a contact who acts while it runs is seen and stays. Whoever leaves the messaging store so
gets a tombstone, as by any other way.

- **An act ends** (somebody unfollows): the contact leaves the messaging store at once. The act stays for
  the grace, to prove that messages stopped in time; then it goes, and the contact with it if nothing else
  is left.
- **A sign of life** of a regular contact is an act, or a whole walk that showed the follow. Of acts that
  are past their date only the newest moment stays (`contacts.alive_at`).
- **Sign-ups** are to be confirmed anew after `reconfirm_months`; `regulars expire` says how many, `--json`
  which, and `regulars consents ask` asks them by mail, each once. A new sign-up, or the button behind that
  mail's link, is the confirmation. Without one the old sign-up goes at the limit.
- **A consent that is taken back** (`regulars consents withdraw`) closes its channel at once; with the last
  one the sign-up ends, and its contact goes after the grace.
- **A tombstone** stays for `tombstone_days`, whether or not somebody read it. Whoever reads the feed more
  seldom reads all of it anew. Of somebody erased it goes, with the key, as soon as all who received the
  contact acknowledged it: consumers, targets of the tap, and receivers of files once their removals were
  written. Readers of views and of `REGULARS_EXPORT_DIR` never say that they have read.
- **After the ballot**: `regulars campaign end --on DATE` sets the day on which everything goes, with
  `--account` what came through one account, of which nothing more is harvested from that moment. Until the
  day `regulars campaign continue` takes it back. Who signed up to be written to, without an end,
  stays with its consent, addresses and form (NS-34, art. 5: unless the person consented to other uses);
  what it did besides goes. With `--account sign-ups` the sign-ups go, too.
- **Backups** have their own date: docs/backup.md.
- **Files**: exports, answers to requests for access and backups are noted where they were written. Every day,
  and within an hour of an erasure, what holds people who have left is deleted where it is ours: exports in
  `REGULARS_EXPORT_DIR`, which workers write anew, such answers, and mails that wait in the data folder's
  `outbox`. The others are told by `regulars forget`, `object` and `doctor`.
- **Bytes**: the same daily scrub writes over what the database's files still remember. For each day of
  erasures the database keeps by when its last backup and log are over (`REGULARS_BACKUP_DAYS`,
  `REGULARS_LOG_DAYS`), and `regulars doctor` says what is late.

| table | why it is kept | until | deleted by |
|---|---|---|---|
"""


def document() -> str:
    """Write the page."""
    rows = (f"| `{name}` | {each.why} | {each.until} | {each.deleted_by} |\n" for name, each in KEPT.items())
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write(document())
