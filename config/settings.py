"""Settings: what the environment decides, each with its meaning (`config.loading` reads them)."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.admission import Controller
from domain.errors import RegularsError

PREFIX = "REGULARS_"
#: An address that can stand in a text as a link.
_ADDRESS = r"^https?://[^\s<>\"'\\]+$"
#: Sites beside each other in a header.
_SITES = r"^https?://[A-Za-z0-9.:-]+( https?://[A-Za-z0-9.:-]+)*$"
#: What decides which people are read where, what is found of them, and where it goes.
DECISIVE = (
    "policy",
    "controller",
    "twitter_base_url",
    "facebook_base_url",
    "inbox_days",
    "topics_file",
    "topics_head",
    "export_dir",
    "export_format",
)


class SettingsError(RegularsError):
    """Raised when a setting is unknown or has a value that it cannot have."""


class Settings(BaseSettings):
    """Everything that the environment decides; a name here is `REGULARS_` plus its capitals there."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Field(
        Path("./data"), description="Folder of everything that an embedded run writes: database, queue, keys."
    )
    secrets_dir: Path | None = Field(
        None,
        description="Folder with a file for each setting that shall not stand in the environment, named like "
        "`regulars_database_url`; the environment goes before it. Unset: none.",
    )
    database_url: SecretStr | None = Field(
        None, description="Address of the database; unset: a SQLite file in the data folder."
    )
    database_owner_url: SecretStr | None = Field(
        None,
        description="Address of the same PostgreSQL database as the role that owns its tables, for "
        "`regulars db upgrade` alone: then REGULARS_DATABASE_URL's role cannot change the journal.",
    )
    redis_url: SecretStr | None = Field(
        None, description="Address of the Redis or Valkey server; unset: an embedded one in the data folder."
    )
    allow_volatile_queue: bool = Field(
        False, description="Start even where the queue server evicts keys or does not persist."
    )
    policy: str = Field("cnil-2016", description="Policy pack: a name in config/policies or a file's path.")
    controller: Controller | None = Field(
        None,
        description="What you are before the law: party, association, foundation, candidate, elected_person "
        "or other. Must be set before a real platform is read.",
    )
    impact_assessment: str | None = Field(
        None,
        description="Where your data protection impact assessment is found: a title, a number, a date. "
        "Another one than that of a public notice (`regulars notices public --assessment`).",
    )
    processors_file: Path | None = Field(
        None,
        description="File of your own that says who of REGULARS_RECIPIENTS processes for you, under which "
        "contract (GDPR art. 28); `regulars doctor` asks for it.",
    )
    twitter_base_url: str | None = Field(None, description="Address of the X API; unset: the real one.")
    facebook_base_url: str | None = Field(None, description="Address of the Graph API; unset: the real one.")
    secret_key: SecretStr | None = Field(
        None,
        description="Key that seals tokens: what the key file of another machine of this installation holds.",
    )
    secret_key_file: Path | None = Field(
        None, description="File with that key; unset: made on first start in the data folder, mode 0600."
    )
    backup_days: int = Field(
        30,
        ge=1,
        le=366,
        description="Days after which no backup or snapshot of the database is left, wherever it lies: the "
        "life of `regulars backup make`, and part of the date by which erased people are gone.",
    )
    log_days: int = Field(
        7,
        ge=0,
        le=366,
        description="Days after which PostgreSQL's write-ahead log has lost a deleted row, its archive "
        "included: the other part of that date. A SQLite file has no such log.",
    )
    ledger_file: Path | None = Field(
        None,
        description="File in which every objection is written down beside the database, which backups leave "
        "out; unset: objections.ledger in the data folder.",
    )
    export_dir: Path | None = Field(
        None,
        description="Folder that `export` workers keep up to date with the messaging store; unset: none.",
    )
    export_format: Literal["csv", "ndjson", "parquet"] = Field("ndjson", description="Format of these files.")
    receiver_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port on which `regulars up` also receives pushes; unset: it does not.",
    )
    facebook_verify_token: SecretStr | None = Field(
        None,
        description="Word of yours that Facebook repeats when it checks the receiver; unset: it is refused.",
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#<>\"'\\]+[^\s?#<>\"'\\]*$",
        description="Public address of the pages for all, `/object` and `/facebook/deletion` among them.",
    )
    inbox_days: int = Field(
        3, ge=1, le=30, description="Days after which a push is deleted whose parts were unknown or in vain."
    )
    pages_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port on which `regulars up` also serves the pages for everybody; unset: it does not.",
    )
    console_port: int = Field(
        8090,
        ge=0,
        le=65535,
        description="Port on which `regulars up` serves the console to this machine; 0: it does not.",
    )
    console_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#<>\"'\\]+$",
        description="Address under which browsers reach the console where a proxy stands before it; with "
        "https:// its cookie is for HTTPS alone.",
    )
    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://[^\s<>\"'\\]+$",
        description="Address of an OpenID provider through which users may sign in to the console; each must "
        "be invited first. Unset: passwords alone.",
    )
    oidc_client_id: str | None = Field(None, description="The console's client id at that provider.")
    oidc_client_secret: SecretStr | None = Field(None, description="Its client secret, where it has one.")
    twitter_client_id: str | None = Field(
        None, description="OAuth 2.0 client id of your X app, for connecting accounts in the console."
    )
    twitter_client_secret: SecretStr | None = Field(
        None, description="Its client secret, where the app is a confidential client."
    )
    facebook_client_id: str | None = Field(
        None, description="Id of your Facebook app, for connecting pages in the console."
    )
    facebook_client_secret: SecretStr | None = Field(None, description="Its secret.")
    metrics_token: SecretStr | None = Field(
        None,
        description="Token that `/metrics` asks for (`Authorization: Bearer …`); unset: only this machine "
        "may read it, and nobody where REGULARS_CONSOLE_URL says that a proxy stands before the console.",
    )
    controller_name: str | None = Field(
        None, description="Who answers for the data, as the notice names it; unset: there is no notice."
    )
    notice_url: str | None = Field(
        None,
        pattern=_ADDRESS,
        description="Public address of the notice, which the accounts' profiles link to.",
    )
    pages_embed: str | None = Field(
        None,
        pattern=_SITES,
        description="Sites that may show the sign-up page inside theirs, such as `https://club.example`, a "
        "space between several; unset: none.",
    )
    pages_proxies: str = Field(
        "127.0.0.1",
        description="Addresses of proxies before the pages that are believed whom they speak for; a comma "
        "between several.",
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="Mail server, `smtp://` (STARTTLS unless on this machine) or `smtps://`, with user and "
        "password in it; unset: mails wait as files in the data folder's `outbox`.",
    )
    mail_from: str | None = Field(
        None, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$", description="Address that mails come from."
    )
    mails_a_day: int = Field(
        500, ge=1, description="Confirmation mails that the sign-up page sends at most in a day (UTC)."
    )
    outbound_private: str | None = Field(
        None,
        description="Networks of your own that webhooks and pings may reach, such as 10.0.5.0/24, a space "
        "between several; unset: only the public network.",
    )
    ping_url: str | None = Field(
        None,
        pattern=_ADDRESS,
        description="Address that the dispatcher asks for every minute, so that its silence is noticed.",
    )
    worker_threads: int = Field(4, ge=1, le=64, description="Pages that one worker reads at the same time.")
    queue_high_water: int = Field(
        200, ge=1, description="Messages in a queue above which the dispatcher holds further ones back."
    )
    topics_file: Path | None = Field(
        None,
        description="File of your own terms and topics, in the shape of config/topics.toml; unset: none.",
    )
    topics_head: Path | None = Field(
        None,
        description="Head trained on your own labels by `regulars topics train`; unset: the terms decide.",
    )
    controller_address: str | None = Field(
        None, description="Its postal and e-mail address, to which people turn with their rights."
    )
    dpo: str | None = Field(
        None, description="Contact of the data-protection officer, or `none` where there is none."
    )
    recipients: str | None = Field(
        None,
        description="Who else gets the data, such as a CRM's provider, with `;` between; `none` for nobody. "
        "Where it names anybody, exports hold back whoever was not told.",
    )
    transfers: str | None = Field(
        None,
        description="Transfers outside the European Economic Area, each with its safeguard, or `none`.",
    )
    log_level: str = Field("WARNING", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def database(self) -> str:
        """The database's address."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'regulars.db'}"

    @property
    def ledger_path(self) -> Path:
        """Where the ledger of objections lies."""
        return self.ledger_file or self.data_dir / "objections.ledger"

    def copies_days(self, *, on_sqlite: bool) -> int:
        """Return for how many days the longest living copy of a deleted row lives."""
        return self.backup_days if on_sqlite else max(self.backup_days, self.log_days)

    @property
    def decisive(self) -> dict[str, str]:
        """What decides about people and is not left as it is by itself; no secret is among it."""
        changed = (each for each in DECISIVE if getattr(self, each) != Settings.model_fields[each].default)
        return {each: str(getattr(self, each)) for each in changed}

    @property
    def to_others(self) -> bool:
        """Whether exports go to anybody outside the controller's own team."""
        return (self.recipients or "none").strip().lower() != "none"

    @property
    def embedded_queue(self) -> bool:
        """Whether the queue server is ours to start."""
        return self.redis_url is None

    def base_url(self, platform: str) -> str | None:
        """Return the address set for a platform's API, None for the real one."""
        value: str | None = getattr(self, f"{platform}_base_url", None)
        return value
