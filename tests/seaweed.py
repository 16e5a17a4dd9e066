"""S3 of the tests' own: a SeaweedFS server on loopback, gone when they are done."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.postgres import free_ports

WEED = Path(sys.executable).parent / "weed"
KEY, SECRET = "tests", "secret-of-tests"


@dataclass(frozen=True)
class Store:
    """Where the server answers, to whom."""

    endpoint: str
    key: str = KEY
    secret: str = SECRET


@contextmanager
def server() -> Iterator[Store]:
    """Start a server on free ports, with its data in a folder of its own."""
    names = ("s3", "master", "volume", "filer")
    ports = free_ports(2 * len(names))
    with ExitStack() as kept:
        made = TemporaryDirectory(prefix="timehouse-", ignore_cleanup_errors=True)
        folder = Path(kept.enter_context(made))
        rights = {"accessKey": KEY, "secretKey": SECRET}
        allowed = {"name": "tests", "credentials": [rights], "actions": ["Admin"]}
        (folder / "s3.json").write_text(json.dumps({"identities": [allowed]}))
        words = [
            str(WEED),
            "server",
            f"-dir={folder}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-filer",
        ]
        words += [
            "-s3",
            f"-s3.config={folder / 's3.json'}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]
        words += ["-master.volumeSizeLimitMB=64", "-volume.max=100"]
        for name, port, grpc in zip(names, ports, ports[len(names) :], strict=False):
            words += [f"-{name}.port={port}", f"-{name}.port.grpc={grpc}"]
        log = kept.enter_context((folder / "log").open("w"))
        process = subprocess.Popen(words, stdout=log, stderr=log)
        kept.callback(_end, process)
        store = Store(f"http://127.0.0.1:{ports[0]}")
        _until_ready(store, process, folder / "log")
        yield store


def _until_ready(store: Store, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(store.endpoint, timeout=5).close()
        except urllib.error.HTTPError:  # it answers, if only that a stranger may not ask
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text()[-2000:])


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
