"""Two web processes on one PostgreSQL: what ends an account's sessions ends them in both, sockets included; and a
locked-out administrator gets back in from the machine's console."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from dashboard.access.people import People
from dashboard.access.sessions import COOKIE, Keeper, Limits
from tests.app.serving import ROOT, Product, clock, environment
from tests.app.test_access_password import PASSWORD, Visitor
from tests.app.test_access_sign_in import listen
from tests.live_reader import QUERY
from tests.servers import PgCluster, wait_until

pytestmark = pytest.mark.postgres

HOUR = 3_600_000


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, pg_cluster: PgCluster, pg_template: str
) -> Iterator[tuple[Product, Product, str]]:
    """Two web processes, and the link to the first account that the first of them printed."""
    url = pg_cluster.create(pg_template)
    made = [Product(tmp_path_factory.mktemp(name), {"SSZ_DATABASE_URL": url}) for name in ("one", "two")]
    with ExitStack() as stack:
        stack.callback(pg_cluster.drop, url)
        for product in made:
            product.start()
            stack.callback(product.stop)
        first = made[0].next_line()
        yield made[0], made[1], first


def manage(product: Product, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, text=True, capture_output=True, timeout=200, check=True,
        env=environment(product.folder, product.port, **product.settings),
    )  # fmt: skip
    return done.stdout


def chosen(product: Product, told: str, client: httpx.Client, name: str = "", display: str = "") -> str:
    """Follow a printed link to the page where a password is chosen, and choose it; the session's cookie."""
    found = re.search(r"/sign-in\?link=(\S+)", told)
    assert found
    visitor = Visitor(client, "10.7.0.1")
    assert visitor.send("/sign-in", "<p>", link=found[1]).headers["location"] == "/sign-in/password"
    names = {"name": name, "display": display} if name else {}
    done = visitor.send("/sign-in/password", say=("", ""), password=PASSWORD, again=PASSWORD, **names)
    assert done.status_code == 303, done.text
    return client.cookies[COOKIE]


def sockets(stack: ExitStack, products: tuple[Product, ...], cookie: str) -> list[Connection]:
    return [
        stack.enter_context(
            connect(
                f"{product.url.replace('http', 'ws')}{path}", additional_headers={"cookie": f"{COOKIE}={cookie}"},
                open_timeout=60, proxy=None,
            )
        )
        for product in products
        for path in (f"/live?{QUERY}", "/_stcore/stream")
    ]  # fmt: skip


def test_another_role_and_disabling_end_every_socket_of_both_processes_and_the_console_lets_in_again(
    both: tuple[Product, Product, str],
) -> None:
    one, two, told = both
    assert told.startswith("First administrator (one use, 60 minutes): ")
    with ExitStack() as stack:
        clients = [stack.enter_context(product.client()) for product in (one, one, two)]
        boss = chosen(one, told, clients[0], name="boss", display="ผกก. สมศรี")
        cookie = chosen(one, manage(one, "user", "add", "somchai", "--role", "dispatcher"), clients[1])
        db = one.open_store()
        stack.callback(db.close)
        keeper = Keeper(db, clock, Limits(HOUR, HOUR))
        stack.callback(keeper.close)
        who, people = keeper.find(boss), People(db, clock, HOUR)
        assert who is not None
        assert (who.name, who.role, who.stations) == ("ผกก. สมศรี", "administrator", None)
        ids = {row.name: row.id for row in people.accounts(who)}

        stays, ends = sockets(stack, (one, two), boss), sockets(stack, (one, two), cookie)
        assert people.change(who, ids["somchai"], "viewer", "*")
        for sock in ends:
            with pytest.raises(ConnectionClosed) as closed:
                listen(sock)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008
        assert [opens(product, cookie) for product in (one, two)] == [False, False]
        assert [opens(product, boss) for product in (one, two)] == [True, True]
        assert all(sock.ping().wait(60) for sock in stays)

        at_two = Visitor(clients[2], "10.7.0.1")
        assert at_two.sign_in("somchai").status_code == 303
        again = clients[2].cookies[COOKIE]
        assert [opens(product, again) for product in (one, two)] == [True, True]
        assert people.disable(who, ids["somchai"])
        wait_until(lambda: not opens(one, again) and not opens(two, again), what="the end in both processes")
        assert at_two.sign_in("somchai").status_code == 403

        told = manage(two, "user", "reset", "boss")
        wait_until(lambda: not opens(one, boss) and not opens(two, boss), what="the end of the lost session")
        with two.client() as client:
            back = chosen(two, told, client)
            assert opens(one, back)
        with db.read() as conn:
            rows = conn.execute(
                text("SELECT who FROM audit WHERE object = :boss AND detail LIKE '%reset%'"),
                {"boss": f"account:{ids['boss']}"},
            )
            assert [row.who.startswith("console:") for row in rows] == [True]


def opens(product: Product, cookie: str) -> bool:
    """Whether a cookie opens something in a process."""
    with product.client(cookie) as client:
        return client.get("/live/ground").status_code == 200
