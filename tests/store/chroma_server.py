"""`chroma run` as a child process that can be stopped and started again."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2

READY_S = 120.0


class ChromaServer:
    """A server on a free port of the loopback; keeps its port and its data over a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start and wait until it answers."""
        command = Path(sys.executable).parent / "chroma"
        options = ["run", "--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen([command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + READY_S
        while time.monotonic() < limit:
            try:
                httpx2.get(f"{self.url}/api/v2/heartbeat", timeout=1.0).raise_for_status()
            except httpx2.HTTPError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError("the Chroma server did not start")

    def stop(self) -> None:
        """Kill it, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
