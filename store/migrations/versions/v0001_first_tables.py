"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.columns import flag, key, millis, octets, of_station, real, serial, whole, words

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first version."""
    _ground()
    _devices()
    _moving()
    _alarms()
    _records()
    _log()
    _access()


def _ground() -> None:
    """Stations, their zones and streets, and what stands on them."""
    op.create_table(
        "station",
        words("code", 64), words("name_th"), words("name_en"), words("kind"), words("bureau"), words("province"),
        real("lat", null=True), real("lon", null=True), real("plausible_km"),
        key("code"),
    )  # fmt: skip
    op.create_table(
        "zone",
        words("station", 64), words("code", 64), whole("version"), words("name_th"), words("name_en"), words("kind"),
        whole("population", null=True), words("polygon"), real("area_m2"), real("perimeter_m"), whole("utm_epsg"),
        millis("valid_from"), millis("valid_to", null=True),
        key("station", "code", "version"), of_station(),
    )  # fmt: skip
    op.create_table(
        "street",
        words("station", 64), whole("id"), words("kind"), words("name_th"), words("line"),
        key("station", "id"), of_station(),
    )  # fmt: skip
    op.create_table(
        "unit",
        words("station", 64), words("unit", 128), words("kind"), words("call_sign"), words("beat"),
        words("status", null=True), millis("status_at", null=True), words("crew"),
        key("station", "unit"), of_station(),
    )  # fmt: skip
    op.create_table(
        "sos_box",
        words("station", 64), words("box", 128), words("name_th"), words("name_en"), real("lat"), real("lon"),
        words("secret", null=True), flag("online", null=True), millis("heard_at", null=True),
        real("battery_pct", null=True), flag("mains", null=True), words("fault"), millis("tested_at", null=True),
        key("station", "box"), of_station(),
    )  # fmt: skip
    op.create_table(
        "checkpoint",
        words("station", 64), words("box", 128), words("name_th"), words("name_en"), real("lat"), real("lon"),
        words("beat"),
        key("station", "box"), of_station(),
    )  # fmt: skip
    op.create_table(
        "camera_point",
        words("station", 64), words("point", 128), words("name_th"), words("name_en"), real("lat"), real("lon"),
        words("owner"), whole("total"), whole("working", null=True), whole("linked", null=True), words("note"),
        words("stream"), millis("status_at", null=True),
        key("station", "point"), of_station(),
    )  # fmt: skip


def _devices() -> None:
    """Who speaks for whom, and with which key."""
    op.create_table(
        "device_key",
        words("id", 32), words("hash"), words("label"), words("station"), words("channel"),
        millis("created_at"), millis("revoked_at", null=True),
        key("id"), sa.UniqueConstraint("hash"),
    )  # fmt: skip
    op.create_table(
        "device",
        words("source", 32), words("foreign_id", 160), words("station", 64), words("target_kind"),
        words("target", 128), words("state"), millis("first_seen"), millis("last_seen"), whole("heard"),
        words("approved_by"), millis("approved_at", null=True), words("key_id", 32, null=True),
        key("source", "foreign_id"), sa.ForeignKeyConstraint(["key_id"], ["device_key.id"]),
    )  # fmt: skip


def _moving() -> None:
    """Positions: clustered by unit and time on SQLite, partitioned by month on PostgreSQL (`store.partitions`)."""
    op.create_table(
        "position",
        words("station", 64), words("unit", 128), millis("at"), real("lat"), real("lon"),
        real("speed_kmh", null=True), real("heading_deg", null=True), real("accuracy_m", null=True),
        real("battery_pct", null=True), words("source"), whole("flags"), millis("received_at"),
        key("station", "unit", "at"),
        sqlite_with_rowid=False,
        postgresql_partition_by="RANGE (at)",
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE position_default PARTITION OF position DEFAULT")


def _alarms() -> None:
    """Alarm events with their raw bytes, alarms as they stand, and their history."""
    op.create_table(
        "sos_event",
        words("station", 64), words("origin_kind", 8), words("origin", 128), words("id", 64), millis("at"),
        words("kind", 16), millis("received_at"), millis("stored_at"), real("lat", null=True),
        real("lon", null=True), real("battery_pct", null=True), flag("mains", null=True), millis("seq", null=True),
        words("boot"), words("note"), words("marks"), words("alarm", null=True), words("source"), words("topic"),
        octets("raw"),
        key("station", "origin_kind", "origin", "id", "at", "kind"),
    )  # fmt: skip
    op.create_index("ix_sos_event_received_at", "sos_event", ["received_at"])
    op.create_table(
        "alarm",
        words("station", 64), words("id", 32), words("origin_kind", 8), words("origin", 128), words("kind"),
        words("state"), whole("version"), millis("raised_at"), millis("pressed_at"), millis("last_at"),
        whole("presses"), words("marks"), words("place"), real("lat", null=True), real("lon", null=True),
        whole("level"), words("by"), words("assigned"), words("outcome"), millis("changed_at"),
        key("station", "id"),
    )  # fmt: skip
    still_open = sa.text("state <> 'closed'")
    op.create_index(
        "alarm_one_open", "alarm", ["station", "origin_kind", "origin"], unique=True,
        sqlite_where=still_open, postgresql_where=still_open,
    )  # fmt: skip
    op.create_index("alarm_raised", "alarm", ["station", "raised_at"])
    op.create_table(
        "alarm_step",
        words("station", 64), words("alarm", 32), whole("version"), words("step"), millis("at"), words("by"),
        words("origin"), words("old_state"), words("new_state"), words("detail"),
        key("station", "alarm", "version"),
    )  # fmt: skip


def _records() -> None:
    """Incidents, citizens' reports, scans, and what was not accepted."""
    op.create_table(
        "incident",
        words("station", 64), words("source", 64), words("id", 64), millis("occurred_from"),
        millis("occurred_to", null=True), millis("reported_at", null=True), words("offence"),
        whole("offence_group", null=True), real("lat", null=True), real("lon", null=True), words("place_quality"),
        words("found_by"), words("status"), flag("arrested", null=True), words("description"), words("batch"),
        millis("received_at"),
        key("station", "source", "id"), of_station(),
    )  # fmt: skip
    op.create_index("ix_incident_batch", "incident", ["batch"])
    op.create_index("incident_time", "incident", ["station", "occurred_from"])
    op.create_table(
        "report",
        words("station", 64), words("channel", 64), words("id", 64), millis("at"), words("kind"), words("text"),
        real("lat", null=True), real("lon", null=True), words("contact"), millis("received_at"),
        key("station", "channel", "id"), of_station(),
    )  # fmt: skip
    op.create_table(
        "scan",
        words("station", 64), words("box", 128), words("id", 64), millis("at"), words("unit"), words("method"),
        real("lat", null=True), real("lon", null=True), words("reason"), millis("received_at"),
        key("station", "box", "id"), of_station(),
    )  # fmt: skip
    op.create_table(
        "quarantine",
        serial("id"), words("station", 64), words("source"), words("reason"), words("topic"), words("foreign_id"),
        words("detail"), whole("size"), octets("payload"), millis("received_at"),
        key("id"),
    )  # fmt: skip
    op.create_index("ix_quarantine_reason", "quarantine", ["reason"])
    op.create_index("ix_quarantine_received_at", "quarantine", ["received_at"])
    op.create_table(
        "raw_batch",
        words("station", 64), millis("received_from"), words("id", 32), millis("received_to"), whole("messages"),
        octets("body"),
        key("station", "received_from", "id"),
    )  # fmt: skip


def _log() -> None:
    """The change log, what is to be published, leases and counters."""
    op.create_table("change", serial("seq"), millis("at"), words("body"), key("seq"), sqlite_autoincrement=True)
    op.create_table(
        "outbox",
        serial("id"), words("topic"), words("payload"), flag("retain"), millis("created_at"),
        millis("sent_at", null=True),
        key("id"), sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index("outbox_open", "outbox", ["sent_at", "id"])
    op.create_table("lease", words("name", 64), words("holder"), millis("until"), key("name"))
    op.create_table(
        "source_count",
        words("source", 32), words("station", 64), words("reason", 32), millis("count"), millis("newest_at"),
        key("source", "station", "reason"),
    )  # fmt: skip


def _access() -> None:
    """Sessions, sign-in links and tokens, all hashed."""
    op.create_table(
        "web_session",
        words("hash", 64), words("name"), words("role"), words("stations"), words("csrf"), millis("created_at"),
        millis("used_at"), millis("expires_at"), millis("revoked_at", null=True),
        key("hash"),
    )  # fmt: skip
    op.create_table(
        "sign_in_link",
        words("hash", 64), words("name"), words("role"), words("stations"), millis("expires_at"),
        millis("used_at", null=True),
        key("hash"),
    )  # fmt: skip
    op.create_table(
        "api_token",
        words("hash", 64), words("name"), words("role"), words("stations"), millis("created_at"),
        millis("revoked_at", null=True),
        key("hash"), sa.UniqueConstraint("name"),
    )  # fmt: skip
