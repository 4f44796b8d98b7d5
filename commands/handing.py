"""Files that are written for others to read: whole or not at all, with the owner and mode they are to have."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

#: A file of a service: its owner's only.
FILE_MODE = 0o600

#: A folder handed to a service: it reads what lies there, and puts nothing in.
FOLDER_MODE = 0o750


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a file: numbers of user and group."""

    uid: int
    gid: int


def owner_named(user: str) -> Owner:
    """The owner a name of this machine means, or a bare number (a container's user).

    Raises:
        ValueError: there is no such user.
    """
    if user.isdecimal():
        return Owner(int(user), int(user))
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        raise ValueError(f"no user {user} on this machine") from None
    return Owner(found.pw_uid, found.pw_gid)


def write_file(file: Path, data: bytes, mode: int = FILE_MODE, owner: Owner | None = None) -> None:
    """Put a file in place, on the disk before it is seen. One that was there keeps its mode, and its owner unless
    another is named."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists():
        old = file.stat()
        mode = old.st_mode & 0o777
        owner = owner or Owner(old.st_uid, old.st_gid)
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fchmod(out.fileno(), mode)
        _hand(out.fileno(), owner)
        os.fsync(out.fileno())
    beside.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _hand(opened: int, owner: Owner | None) -> None:
    """Give an open file to its owner; only root can, and only what changes is changed."""
    now = os.fstat(opened)
    if owner is not None and (now.st_uid, now.st_gid) != (owner.uid, owner.gid):
        os.fchown(opened, owner.uid, owner.gid)


def open_folder(folder: Path, owner: Owner | None) -> None:
    """A folder whose files a service may read. With an owner it stays root's: the service puts nothing in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if owner is not None:
        os.chown(folder, -1, owner.gid)
        folder.chmod(FOLDER_MODE)
        for file in folder.iterdir():
            if file.is_file() and not file.is_symlink():
                os.chown(file, owner.uid, owner.gid)
