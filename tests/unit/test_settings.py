"""Settings refuse what would do harm, in one line that names the setting, and each is documented."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from scripts.settings_page import page
from settings import Settings, SettingsError, load_settings

ROOT = Path(__file__).resolve().parents[2]
SECRET = "k3Jw9-pQz7Lx2Vt8Rm5Yc1Bn6Hd4Fg0S"


@pytest.fixture(autouse=True)
def _no_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SSZ_{name.upper()}", raising=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "80801"),
        ("PORT", "many"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgresql+psycopg://ssz:p@host:port/ssz"),
        ("MQTT_URL", "http://broker"),
        ("MQTT_URL", "mqtt://broker:99999"),
        ("TIMEZONE", "Asia/Nowhere"),
        ("LANGUAGE", "fr"),
        ("INGEST", "sometimes"),
        ("SECRET_KEY", "changeme"),
        ("SECRET_KEY", "a" * 40),
        ("ALLOWED_HOSTS", "a b"),
        ("WORKER", "a/b"),
        ("DASK_SCHEDULER", "tcp://10.0.0.5:8786"),
        ("DASK_SCHEDULER", "tcp://127.0.0.1.example:8786"),
        ("DASK_SCHEDULER", "inproc://x"),
        ("DASK_SCHEDULER", "tls://"),
        ("DASK_SCHEDULER", "scheduler:8786"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSZ_SECRET_KEY", SECRET)
    monkeypatch.setenv(f"SSZ_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"SSZ_{name}" in str(caught.value)
    assert "\n" not in str(caught.value)
    if name == "SECRET_KEY":
        assert value not in str(caught.value)


@pytest.mark.parametrize("address", ["tls://scheduler:8786", "tcp://127.0.0.1:8786", "tcp://localhost:8786"])
def test_what_is_fitted_elsewhere_goes_over_tls(address: str) -> None:
    assert Settings(secret_key=SECRET, dask_scheduler=address, _env_file=None).dask_scheduler == address


def test_there_is_no_start_without_a_secret_outside_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        load_settings()
    monkeypatch.setenv("SSZ_DEMO", "1")
    assert load_settings().demo


def test_the_demo_listens_on_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSZ_DEMO", "1")
    monkeypatch.setenv("SSZ_HOST", "0.0.0.0")  # noqa: S104 - the value that must be refused
    with pytest.raises(SettingsError, match="HOST"):
        load_settings()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]", "0:0::0"])  # noqa: S104 - what must be refused
def test_in_service_too_the_proxy_is_the_only_way_in(host: str) -> None:
    with pytest.raises(SettingsError, match="HOST must be one address"):
        load_settings(secret_key=SECRET, host=host)
    assert load_settings(secret_key=SECRET, host="172.30.85.10").base_url == "http://172.30.85.10:8501"


def test_settings_are_frozen() -> None:
    settings = Settings(demo=True)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_secrets_are_masked() -> None:
    assert SECRET not in repr(Settings(secret_key=SECRET))


def test_every_setting_is_described_and_documented() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == page()
