"""A paho client that waits for its socket with poll(2).

paho waits with select(2), which knows no file descriptor above 1,023: a process that holds a thousand connections of
screens would lose its broker at the next reconnect, and with it every press, until screens go away.
"""

from __future__ import annotations

import select
from contextlib import suppress

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

#: What of paho's inside is used here; a test fails when a new paho lacks one of them.
PRIVATE_NAMES = ("_sock", "_sockpairR", "_loop")

_READ = select.POLLIN | select.POLLPRI | select.POLLHUP | select.POLLERR
_MOST_WAKES = 10_000


class PollingClient(Client):
    """A client as paho's own, whatever number its socket has."""

    def _loop(self, timeout: float = 1.0) -> MQTTErrorCode:
        """One round of the network thread, as paho's: wait for at most `timeout` s, read, write, look after pings."""
        sock, waker = self._sock, self._sockpairR
        if sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        pending = bool(sock.pending()) if hasattr(sock, "pending") else False
        poll = select.poll()
        try:
            own = sock.fileno()
            poll.register(own, select.POLLIN | (select.POLLOUT if self.want_write() else 0))
            if waker is not None:
                poll.register(waker, select.POLLIN)
            ready = dict(poll.poll(0 if pending else timeout * 1000))
        except (ValueError, OSError):  # another thread has just closed it
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        if pending or ready.get(own, 0) & _READ:
            rc = self.loop_read()
            if rc or self._sock is None:
                return rc
        woken = waker is not None and ready.get(waker.fileno(), 0) & _READ
        if waker is not None and woken:
            # Somebody has queued a packet since: it is sent without being asked for.
            with suppress(BlockingIOError):
                waker.recv(_MOST_WAKES)
        if woken or ready.get(own, 0) & select.POLLOUT:
            rc = self.loop_write()
            if rc or self._sock is None:
                return rc
        return self.loop_misc()
