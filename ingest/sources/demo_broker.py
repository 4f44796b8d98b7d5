"""The pure-Python broker, for a machine without Mosquitto: a demonstration, outside the promise of no loss.

MQTT 3.1.1 only; keeps nothing over a restart. The log and the status say so.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future

from amqtt.broker import Broker

from ingest.sources.endpoint import BrokerError
from ingest.sources.mosquitto import port_taken

_START_S = 10.0

log = logging.getLogger("ingest.broker")


class DemoBroker:
    """amqtt on 127.0.0.1:port, in a thread with an event loop of its own."""

    def __init__(self, port: int) -> None:
        """Start it and wait until it listens.

        Raises:
            BrokerError: the port is taken, or the broker could not start.
        """
        if port_taken(port):
            raise BrokerError(f"port {port} on 127.0.0.1 is taken: set SSZ_MQTT_PORT or SSZ_MQTT_URL")
        logging.getLogger("amqtt").setLevel(logging.ERROR)
        logging.getLogger("transitions").setLevel(logging.ERROR)
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._up: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="demo-broker", daemon=True)
        self._thread.start()
        self._up.result(_START_S)
        log.warning("demo broker: not for service (MQTT 3.1.1, loses messages on a restart); install mosquitto")

    def stop(self) -> None:
        """End it; what it holds is lost."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(_START_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        broker = Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self._port}", "max_connections": 500}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )
        try:
            await broker.start()
        except Exception as error:  # noqa: BLE001 - whatever a foreign broker raises at start is one line for us
            self._up.set_exception(BrokerError(f"demo broker: {error}"))
            return
        self._up.set_result(None)
        await self._ended.wait()
        await broker.shutdown()
