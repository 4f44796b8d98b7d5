"""Every knob of the product: typed, frozen, documented one by one.

Settings are read once, where things are wired (`streamlit_app.py`, `manage.py`, `ingest/__main__.py`), from
environment variables with the prefix `SSZ_` or from a `.env` file, and handed on as a value. No other module
reads the environment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.alarms.ladder import Ladders, ladder, own_ladders
from setting_values import (
    BrokerUrl,
    DatabaseUrl,
    HostNames,
    Issuer,
    Pairs,
    RolePairs,
    Roles,
    Scheduler,
    ShiftHours,
    StationLadders,
    TimeZone,
    everywhere,
)

#: Shortest accepted `SECRET_KEY`, in characters (OWASP ASVS 5.0 V13.3.1: 256 bits of a random value).
MIN_SECRET_KEY = 32


class SettingsError(Exception):
    """A setting has a value the product refuses; `str()` is one line that names it."""


class Settings(BaseSettings):
    """What the product may be told from outside. Frozen: a value cannot change after start."""

    model_config = SettingsConfigDict(
        env_prefix="SSZ_",
        env_file=".env",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    #: Whether there is no doing without a secret: the product, not its commands.
    needs_secret: ClassVar[bool] = True

    database_url: DatabaseUrl = Field(
        "sqlite:///var/ssz.db", description="`sqlite:///FILE` or `postgresql+psycopg://user:pass@host/name`."
    )
    host: str = Field(
        "127.0.0.1",
        description="Address the web server listens on, one, never all; with `DEMO=1` only 127.0.0.1 is accepted.",
    )
    port: int = Field(8501, ge=1, le=65535, description="Port of the web server.")
    allowed_hosts: HostNames = Field(
        "localhost,127.0.0.1",
        description="Comma list of host names (without port) the web server answers to; others get 403.",
    )
    mqtt_url: BrokerUrl | None = Field(
        None,
        description="`mqtt://` or `mqtts://user:pass@host:port`. None: a local broker is started on 127.0.0.1.",
    )
    mqtt_port: int = Field(1883, ge=1, le=65535, description="Port of the local broker, when `MQTT_URL` is not set.")
    mqtt_ca_file: Path | None = Field(None, description="Certificate authority file for `mqtts://`.")
    mqtt_cert_file: Path | None = Field(None, description="Our own certificate for `mqtts://`, with `MQTT_KEY_FILE`.")
    mqtt_key_file: Path | None = Field(None, description="The key of `MQTT_CERT_FILE`.")
    mqtt_log_file: Path | None = Field(
        None,
        description="Log of the broker of `MQTT_URL` on this machine: whom it cut off is read from it, and it is "
        "emptied when it grows.",
    )
    mqtt_keepalive_s: int = Field(
        8,
        ge=2,
        le=30,
        description="Keepalive of our MQTT connections: a silent cut is noticed after two of it, in s.",
    )
    mqtt_shared_group: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Shared-subscription group that spreads positions over several ingest workers. "
        "SOS never rides on it.",
    )
    ingest: Literal["embedded", "external"] = Field(
        "embedded", description="`embedded`: ingest threads in the web process; `external`: `python -m ingest`."
    )
    worker: str = Field(
        "main",
        pattern=r"^[A-Za-z0-9_-]{1,32}$",
        description="Name of this ingest worker, part of its MQTT client id; two workers need two names.",
    )
    demo: bool = Field(False, description="1: a generated town drives, presses and reports through the real broker.")
    demo_seed: int = Field(4, ge=0, description="Seed of the generated town; the same seed gives the same town.")
    data_dir: Path = Field(Path("var"), description="Folder for the database, generated configuration and inbox.")
    basemap: Path | None = Field(None, description="A `.pmtiles` file with the offline base map.")
    map_credit: str = Field(
        "© OpenStreetMap contributors",
        max_length=200,
        description="Whose data the imported streets are, written on maps that show them.",
    )
    secret_key: SecretStr | None = Field(
        None, description="Random value of 32 characters or more; no start without one unless `DEMO=1`."
    )
    secret_key_old: SecretStr | None = Field(
        None,
        description="Comma list of values `SECRET_KEY` had before: rows of the audit log sealed with them stay good.",
    )
    language: Literal["th", "en"] = Field("th", description="Language of a screen nobody has chosen one for yet.")
    timezone: TimeZone = Field("Asia/Bangkok", description="Time zone of every time shown or read without an offset.")
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token of `/metrics` and of the details of `/readyz`; none: an API token is needed."
    )
    batch_size: int = Field(
        400, ge=1, le=5000, description="Most position messages in one transaction; an SOS may have to wait for one."
    )
    batch_wait_ms: int = Field(
        25, ge=0, le=1000, description="How long the position lane gathers messages before it commits, in ms."
    )
    live_s: int = Field(30, ge=1, description="A unit whose newest fix is younger than this is live, in s.")
    lost_s: int = Field(300, ge=2, description="A unit whose newest fix is older than this is lost, in s.")
    response_kmh: float = Field(
        30.0, gt=0, le=150, description="Speed at which a car is expected at an alarm, along the streets, in km/h."
    )
    feed_stale_s: int = Field(15, ge=6, description="Age of our own heartbeat after which the feed is stale, in s.")
    box_silent_s: int = Field(
        170,
        ge=10,
        description="A box not heard for this long is lost, in s; looked for each 5 s, so within 180 s "
        "(EN 50136 grade 4).",
    )
    box_test_days: int = Field(
        30, ge=1, le=400, description="Each SOS box is to be tested within so many days; after them it is unknown."
    )
    battery_low_pct: int = Field(20, ge=1, le=95, description="A box's battery below this is low, in percent.")
    feed_silent_s: int = Field(
        600,
        ge=0,
        description="A feed of a station with units or boxes is stopped after this silence, in s; 0: never.",
    )
    escalate_s: int = Field(15, ge=1, description="An alarm nobody acknowledged for this long is escalated, in s.")
    escalate_next_s: int = Field(
        45, ge=1, description="Still not acknowledged after so much longer, it is escalated to the next level, in s."
    )
    escalate_stations: StationLadders = Field(
        "",
        description="Other times of some stations, as a comma list of `CODE=FIRST/NEXT` in s: `lumphini=20/60` "
        "escalates after 20 s, and to the next level 60 s later.",
    )
    notify_file: Path | None = Field(
        None,
        description="TOML file of the channels by which people outside the room are told (`docs/notices.md`). "
        "It holds their addresses: keep it to the service's user.",
    )
    session_hours: int = Field(12, ge=1, le=168, description="Absolute life of a session, in hours.")
    session_idle_minutes: int = Field(
        480,
        ge=5,
        description="A session not used for this long ends, in minutes. An open wall, map or desk counts as use.",
    )
    totp_roles: Roles = Field(
        "",
        description="Comma list of roles whose accounts must have a second factor (TOTP), such as `administrator`.",
    )
    oidc_issuer: Issuer | None = Field(
        None, description="Identity provider (OpenID Connect): its issuer, `https://…`. None: local accounts only."
    )
    oidc_client_id: str = Field("", max_length=255, description="How the product is known at the provider.")
    oidc_client_secret: SecretStr | None = Field(None, description="Its secret there; none: PKCE alone.")
    oidc_name: str = Field("OIDC", max_length=40, description="How the provider is called on the sign-in page.")
    oidc_scopes: str = Field("openid profile", description="What is asked of the provider, parted by blanks.")
    oidc_role_claim: str = Field("groups", description="Claim of the ID token that tells the role.")
    oidc_roles: RolePairs = Field(
        "", description="Comma list `value=role` of that claim; the first that is there counts, none lets nobody in."
    )
    oidc_station_claim: str = Field("stations", description="Claim of the ID token that tells the stations.")
    oidc_everywhere: bool = Field(
        False, description="Without `SSZ_OIDC_STATIONS`: whether the provider may say `*`, every station."
    )
    oidc_stations: Pairs = Field(
        "", description="Comma list `value=grant+grant` of that claim; empty: its values are grants themselves."
    )
    quarantine_max_mb: int = Field(256, ge=1, description="Most raw bytes kept in quarantine, in MB.")
    disk_low_mb: int = Field(200, ge=1, description="Free space under which the alarm 'disk low' is raised, in MB.")
    retention_raw_days: int = Field(14, ge=0, description="Days raw position payloads are kept to decode again.")
    retention_position_days: int = Field(90, ge=1, description="Days positions are kept.")
    retention_quarantine_days: int = Field(7, ge=1, description="Days undecodable payloads are kept.")
    retention_audit_days: int = Field(
        730, ge=30, description="Days rows of the audit log, purposes of looking back and prints are kept."
    )
    retention_name_days: int = Field(
        365,
        ge=1,
        description="Days the words and the contact of a citizen's report are kept; it stays counted.",
    )
    retention_text_days: int = Field(
        1825,
        ge=1,
        description="Days the description of an incident is kept, and what its history tells of it; the case stays.",
    )
    refit: Literal["embedded", "external"] = Field(
        "embedded",
        description="Hotspot maps: `embedded`: the web process starts `manage.py refit --due` when it is time, as a "
        "slow process of its own; `external`: a timer of yours does.",
    )
    refit_cases: int = Field(
        20, ge=1, description="So many more cases than its maps were made from, and a station is refit by day too."
    )
    refit_hour: int = Field(3, ge=0, le=23, description="Local hour at which the night's refit begins.")
    dask_scheduler: Scheduler | None = Field(
        None,
        description="Address of a Dask scheduler whose workers refit (`tls://host:8786`; `tcp://` on this machine "
        "only: who reaches it runs code here); none: this machine's own processes.",
    )

    retention_map_days: int = Field(90, ge=1, description="Days hotspot maps are kept; the newest of each stays.")
    retention_forecast_days: int = Field(
        730, ge=90, description="Days forecasts and their scores are kept: so far back goes their record."
    )
    retention_change_days: int = Field(2, ge=1, description="Days rows of the change log are kept.")

    target_acknowledge_s: int = Field(
        15, ge=1, description="Response report: an alarm is to be acknowledged within this long, in s."
    )
    target_scene_s: int = Field(
        300, ge=1, description="Response report: a unit is to be on scene this long after the press, in s."
    )
    shift_hours: ShiftHours = Field(
        "0,8,16", description="Comma list of the full hours at which shifts begin, ascending: groups of the report."
    )

    @model_validator(mode="after")
    def _safe_together(self) -> Settings:
        if self.demo and self.host != "127.0.0.1":
            raise ValueError("HOST must be 127.0.0.1 with DEMO=1")
        if everywhere(self.host):
            raise ValueError("HOST must be one address, the one the TLS proxy asks at, not all of this machine's")
        secret = self.secret_key.get_secret_value() if self.secret_key else None
        if not self.demo and secret is None and self.needs_secret:
            raise ValueError("SECRET_KEY is needed (32 random characters or more) unless DEMO=1")
        if secret is not None and (len(secret) < MIN_SECRET_KEY or len(set(secret)) < 10):
            raise ValueError("SECRET_KEY must be 32 random characters or more")
        if (self.mqtt_cert_file is None) != (self.mqtt_key_file is None):
            raise ValueError("MQTT_CERT_FILE and MQTT_KEY_FILE belong together")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_roles):
            raise ValueError("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_ROLES")
        if self.live_s >= self.lost_s:
            raise ValueError("LIVE_S must be smaller than LOST_S")
        return self

    @property
    def secret(self) -> str | None:
        """The secret that was given; None: the demo makes its own, a command does without."""
        return self.secret_key.get_secret_value() if self.secret_key else None

    @property
    def old_secrets(self) -> tuple[str, ...]:
        """The secrets that were in use before."""
        old = self.secret_key_old.get_secret_value() if self.secret_key_old else ""
        return tuple(part.strip() for part in old.split(",") if part.strip())

    @property
    def hosts(self) -> frozenset[str]:
        """Host names, lower case and without port, that the web server answers to."""
        return frozenset(host.strip().lower() for host in self.allowed_hosts.split(","))

    @property
    def second_factor_roles(self) -> frozenset[str]:
        """Roles whose accounts must have a second factor."""
        return frozenset(role.strip() for role in self.totp_roles.split(",") if role.strip())

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)

    @property
    def ladders(self) -> Ladders:
        """When an alarm of a station is escalated."""
        return Ladders(ladder(self.escalate_s, self.escalate_next_s), own_ladders(self.escalate_stations))

    @property
    def shifts(self) -> tuple[int, ...]:
        """The hours at which shifts begin."""
        return tuple(int(part) for part in self.shift_hours.split(","))

    @property
    def base_url(self) -> str:
        """Where a person on this machine opens the dashboard."""
        host = "localhost" if self.host == "127.0.0.1" else self.host
        return f"http://{host}:{self.port}"

    @property
    def inbox_dir(self) -> Path:
        """The watched folder for incident files: `<station>/` sub-folders hold the files."""
        return self.data_dir / "inbox"


class CommandSettings(Settings):
    """The settings of a command: most need no secret, and a missing one stops none."""

    needs_secret: ClassVar[bool] = False


def load_settings(kind: type[Settings] = Settings, **given: Any) -> Settings:
    """Read the settings from the environment and `.env`; what is `given` is not looked up.

    Raises:
        SettingsError: one line that names the first refused setting.
    """
    try:
        return kind(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        message = str(first["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"setting SSZ_{name}: {message}" if name else f"settings: SSZ_{message}") from error
