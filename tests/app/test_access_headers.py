"""Security headers on every answer of the running product, Streamlit's own included."""

from __future__ import annotations

import pytest

from tests.app.serving import METRICS_TOKEN, Product

WANTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize(
    "path", ["/", "/wall", "/healthz", "/readyz", "/sign-in", "/nothing", "/_stcore/health", "/_stcore/host-config",
             "/_stcore/metrics", "/favicon.png", "/live/ground", "/assets/manifest.json", "/in/osmand", "/metrics"],
)  # fmt: skip
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_answer_carries_them(product: Product, path: str, signed_in: bool) -> None:
    with product.client(product.session().cookie if signed_in else "") as client:
        answer = client.get(path)
    assert {name: answer.headers.get(name) for name in WANTED} == WANTED
    policy = answer.headers["content-security-policy"]
    for part in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'self'", "default-src 'self'"):
        assert part in policy
    assert "'unsafe-eval'" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert f"ws://localhost:{product.port}" in policy
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


def test_a_foreign_host_is_not_written_into_the_policy(product: Product) -> None:
    with product.client() as client:
        answer = client.get("/", headers={"host": "evil.example; script-src *"})
    assert answer.status_code in (400, 403)
    assert "evil" not in answer.headers.get("content-security-policy", "")


def test_metrics_token_and_page(product: Product) -> None:
    with product.client() as client:
        answer = client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code == 200
    assert "ssz_units" in answer.text
