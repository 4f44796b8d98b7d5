"""Maps of hotspots as they were made, the forecasts frozen from them, and how those turned out. Rows are only added;
the database itself refuses to change them, and to delete what retention does not let go (`store.migrations`).

Everywhere: `shift` is empty for the whole day, or the two-digit hour at which the shift begins; `days` is how many
days ahead the map looks; `hash` is that of the row's content (`models.analysis.content`), so that a row that was
changed is found.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlalchemy import false as sa_false
from sqlmodel import Field, SQLModel

from models.records.base import Millis


class HotspotMapRow(SQLModel, table=True):
    """One map of a zone and an offence family. The newest of its key is the one that is shown."""

    __tablename__ = "hotspot_map"
    __table_args__ = (Index("hotspot_map_time", "made_at"),)

    station: str = Field(primary_key=True, max_length=64)
    zone: str = Field(primary_key=True, max_length=64, description="code; empty: the whole ground of the station")
    family: str = Field(primary_key=True, max_length=32)
    days: int = Field(primary_key=True)
    shift: str = Field(primary_key=True, max_length=16)
    made_at: Millis = Field(primary_key=True, sa_type=BigInteger)
    data_version: str = Field(max_length=96, description="see `models.analysis.due.Version`")
    method: str = Field(max_length=32, description="the candidate the gate chose")
    parameters: str = Field(description="JSON")
    hash: str = Field(max_length=64)
    body: str = Field(description="the map, JSON of `models.analysis.written`")
    claims: bool = Field(
        default=False, sa_column_kwargs={"server_default": sa_false()}, description="whether it claims a hotspot"
    )


class ForecastRow(SQLModel, table=True):
    """A map as it is shown, frozen: which cells it flagged, in order, before anybody knew what would happen."""

    __tablename__ = "forecast"
    __table_args__ = (Index("forecast_until", "until"), Index("forecast_made", "station", "made_at"))

    station: str = Field(primary_key=True, max_length=64)
    hash: str = Field(primary_key=True, max_length=64)
    zone: str = Field(max_length=64)
    family: str = Field(max_length=32)
    days: int
    shift: str = Field(max_length=16)
    made_at: Millis = Field(sa_type=BigInteger)
    until: Millis = Field(sa_type=BigInteger, description="the end of its horizon, not included")
    data_version: str = Field(max_length=96)
    method: str = Field(max_length=32)
    parameters: str = Field(description="JSON")
    body: str = Field(description="JSON of `models.analysis.forecast.Frozen`")


class ForecastScoreRow(SQLModel, table=True):
    """How a forecast turned out, on the cases that were reported (not found by a patrol, not group 4)."""

    __tablename__ = "forecast_score"
    __table_args__ = (Index("forecast_score_time", "scored_at"),)

    station: str = Field(primary_key=True, max_length=64)
    hash: str = Field(primary_key=True, max_length=64, description="of the forecast")
    scored_at: Millis = Field(sa_type=BigInteger)
    cases: float = Field(description="of the family and the shift, in the zone, within the horizon")
    hits: float = Field(description="of them in the cells that were flagged")
    model_hits: float = Field(description="in as many cells of the model, whether it was the map shown or not")
    naive_hits: float = Field(description="in as many cells by their own count of the 365 days before")
    best_hits: float = Field(description="in the best cells there were, known only afterwards")
    area_share: float = Field(description="share of the zone's area that was flagged, 0 to 1")
    expected_cases: float
    expected_hits: float
    ceiling: float = Field(description="best share of `best_hits` that one who knew the true rates could expect")


class ForecastTallyRow(SQLModel, table=True):
    """Sums of the forward record (`models.analysis.record.Tally`), kept as `forecast` and `forecast_score` grow, so
    that nobody goes through millions of rows for a figure."""

    __tablename__ = "forecast_tally"

    station: str = Field(primary_key=True, max_length=64, description="empty: all stations together")
    family: str = Field(primary_key=True, max_length=32)
    days: int = Field(primary_key=True)
    shift: str = Field(primary_key=True, max_length=16)
    period: int = Field(primary_key=True, description="in which the forecasts began, in horizons since 1970")
    frozen: int
    scored: int
    counted: int = Field(description="those whose windows do not overlap; the sums are of these")
    cases: float
    hits: float
    model_hits: float
    naive_hits: float
    best_hits: float
    area_share: float
    expected_cases: float
    expected_hits: float
    ceiling_hits: float = Field(description="of the best hits, those one who knew the true rates could expect")


class ForecastCountedRow(SQLModel, table=True):
    """A scored forecast whose window overlaps none that counts already: which, was settled when it was scored."""

    __tablename__ = "forecast_counted"

    station: str = Field(primary_key=True, max_length=64)
    family: str = Field(primary_key=True, max_length=32)
    days: int = Field(primary_key=True)
    shift: str = Field(primary_key=True, max_length=16)
    zone: str = Field(primary_key=True, max_length=64)
    made_at: Millis = Field(primary_key=True, sa_type=BigInteger)
    hash: str = Field(max_length=64, description="of the forecast")


class HotspotWeightsRow(SQLModel, table=True):
    """The mixture's weights of a family, pooled over all stations."""

    __tablename__ = "hotspot_weights"

    family: str = Field(primary_key=True, max_length=32)
    made_at: Millis = Field(primary_key=True, sa_type=BigInteger)
    stations: int = Field(description="how many took part")
    cases: int
    body: str = Field(description="JSON")


class HotspotChoiceRow(SQLModel, table=True):
    """What the gate chose for a family and a horizon; `station` empty: on the pooled past of all."""

    __tablename__ = "hotspot_choice"

    station: str = Field(primary_key=True, max_length=64)
    family: str = Field(primary_key=True, max_length=32)
    days: int = Field(primary_key=True)
    shift: str = Field(primary_key=True, max_length=16)
    made_at: Millis = Field(primary_key=True, sa_type=BigInteger)
    method: str = Field(max_length=32)
    why: str = Field(max_length=64)
    body: str = Field(description="the table it was chosen by, JSON")


class RefitStation(SQLModel, table=True):
    """What a station was refit from last: nothing is fitted again until its cases differ or the map is old."""

    __tablename__ = "refit_station"

    station: str = Field(primary_key=True, max_length=64)
    at: Millis = Field(sa_type=BigInteger)
    cases: int
    newest: Millis = Field(sa_type=BigInteger, description="when the newest of them came in")
    failed: bool
    format: int = Field(default=1, sa_column_kwargs={"server_default": "1"}, description="`due.FORMAT` of its maps")


class RefitRun(SQLModel, table=True):
    """One run over the stations and how far it is."""

    __tablename__ = "refit_run"
    __table_args__ = (Index("refit_run_begun", "begun"),)

    id: str = Field(primary_key=True, max_length=32)
    by: str = Field(description="who began it: `system`, or `console:<user>`")
    begun: Millis = Field(sa_type=BigInteger)
    heard: Millis = Field(sa_type=BigInteger, description="when it last said how far it is")
    ended: Millis | None = Field(default=None, sa_type=BigInteger)
    stations: int = Field(description="how many are to be done")
    done: int = 0
    failed: int = 0
    maps: int = Field(default=0, description="how many maps were made")


class RefitFailure(SQLModel, table=True):
    """A station that could not be refit in a run, and why. The others went on."""

    __tablename__ = "refit_failure"

    run: str = Field(primary_key=True, max_length=32)
    station: str = Field(primary_key=True, max_length=64)
    at: Millis = Field(sa_type=BigInteger)
    error: str
