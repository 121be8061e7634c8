"""The database examined from beside the bot: its schema, its hour, what waits in it, its journal. Nothing is changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot import channels_checkup, doctor_processes, hour_checkup, people_checkup, presence
from bot.away import explained
from bot.findings import Finding, attention, faute, ok
from bot.pulse import Pulse, taken
from bot.skew import skew
from chat.text import Text, joined, raw, tr
from storage.errors import Away
from storage.reader import Reader, check_writable, open_reader, sqlite_file

STALE, DEAD = 90, 3600
"""Seconds without a tick: worth a look, then a fault."""
SLOW, STUCK = 300, 3600
"""Seconds that the oldest letter waits, or that a reminder is late."""
MEBI = 2**20
TIGHT, FULL = 256, 16
"""Mebibytes left on the disk of a SQLite file: worth a look, then a fault."""
OTHERS = 0o007
"""The rights of the accounts that are neither the owner nor of its group."""
SERVER = tr("Vérifiez DATABASE_URL, le réseau et que le serveur de base de données est en marche.")
WORKER = tr("Vérifiez que « atelier work », ou « atelier serve » sans --no-worker, est lancé, et lisez ses journaux.")
RIGHTS = tr("Donnez au robot le droit d'écrire dans la base et dans son dossier, et vérifiez la place sur le disque.")


def _free(folder: Path) -> int:
    """Bytes left on its disk."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True)
class Checkup:
    """One database. `secret` is None when it is missing: the journal is then not verified.

    `free` tells the bytes left on a folder's disk: a SQLite that takes a row back has not yet tried to write it.
    """

    url: str
    secret: bytes | None = field(repr=False)
    free: Callable[[Path], int] = _free

    def findings(self) -> list[Finding]:
        """Everything found, in order; what needs a database that answers is not asked of one that does not."""
        try:
            with open_reader(self.url) as reader:
                return list(self._looked(reader))
        except Away as failure:
            return [faute("base.acces", explained(failure), SERVER)]

    def places(self, platform: str) -> tuple[str, ...]:
        """The ateliers' channels opened on a platform; none when the database cannot tell, which `findings` says."""
        try:
            with open_reader(self.url) as reader:
                reader.check_schema()
                return reader.places(platform)
        except Away:
            return ()

    def processes(self) -> tuple[str, ...] | None:
        """Those at work on this database, « host:pid »; None when it cannot tell, which `findings` says."""
        try:
            with open_reader(self.url) as reader:
                reader.check_schema()
                return tuple(one.process.name for one in reader.run(b"", presence.seen) if one.alive)
        except Away:
            return None

    def _looked(self, reader: Reader) -> Iterator[Finding]:
        reader.answer()
        yield ok("base.acces", tr("La base de données répond ({kind}).", kind=reader.kind))
        yield from _hour(reader)
        try:
            reader.check_schema()
        except Away as failure:
            repair = tr("Sauvegardez d'abord la base : « atelier sauvegarde FICHIER ».")
            yield faute("base.schema", failure.sentence, repair)
            return
        yield ok("base.schema", tr("Le schéma de la base est celui du programme."))
        yield self._writable()
        yield from self._private()
        yield from self._room()
        pulse = reader.run(self.secret or b"", lambda unit: taken(unit, datetime.now(UTC)))
        yield _clock(pulse)
        yield from hour_checkup.findings(reader, datetime.now(UTC))
        yield _waiting(pulse)
        yield _dead(pulse, reader)
        yield _late(pulse)
        yield from doctor_processes.findings(reader)
        yield from channels_checkup.findings(reader)
        yield from people_checkup.findings(reader)
        if self.secret is not None:
            yield _journal(reader, self.secret)

    def _writable(self) -> Finding:
        try:
            check_writable(self.url)
        except Away as failure:
            return faute("base.ecriture", failure.sentence, RIGHTS)
        return ok("base.ecriture", tr("La base de données accepte les écritures."))

    def _private(self) -> Iterator[Finding]:
        """Nothing to say, unless other accounts of the machine may read the file."""
        file = sqlite_file(self.url)
        if file is None or not file.stat().st_mode & OTHERS:
            return
        said = tr(
            "Tous les comptes de cette machine peuvent lire « {file} » : lettres, personnes et jetons y sont en clair.",
            file=raw(str(file)),
        )
        yield attention(
            "base.droits", said, tr("Lancez « chmod 600 » sur ce fichier et sur ceux qui l'accompagnent (-wal, -shm).")
        )

    def _room(self) -> Iterator[Finding]:
        """Nothing to say while there is room; a server looks after its own disk."""
        file = sqlite_file(self.url)
        left = TIGHT if file is None else self.free(file.absolute().parent) // MEBI
        if left >= TIGHT:
            return
        said = tr("Il ne reste que {size} Mio sur le disque de la base de données.", size=left)
        repair = tr("Libérez-y de la place : sans elle, plus rien ne s'enregistre, et les messages attendent.")
        yield faute("base.place", said, repair) if left < FULL else attention("base.place", said, repair)


def _hour(reader: Reader) -> Iterator[Finding]:
    before = datetime.now(UTC)
    theirs = reader.hour()
    if theirs is not None:
        yield skew("base.horloge", theirs, before, datetime.now(UTC), tr("la base de données"))


def _clock(pulse: Pulse) -> Finding:
    if pulse.clock is None:
        return attention("horloge", tr("L'horloge n'a jamais battu sur cette base."), WORKER)
    if pulse.clock <= STALE:
        return ok("horloge", tr("L'horloge a battu il y a {count} s.", count=pulse.clock))
    said = tr("L'horloge n'a pas battu depuis {age}.", age=_age(pulse.clock))
    return faute("horloge", said, WORKER) if pulse.clock >= DEAD else attention("horloge", said, WORKER)


def _waiting(pulse: Pulse) -> Finding:
    said = tr(
        "{count} message(s) attend(ent), le plus ancien depuis {age}.", count=pulse.waiting, age=_age(pulse.oldest)
    )
    if pulse.waiting == 0:
        return ok("messages", tr("Aucun message n'attend d'être porté."))
    if pulse.oldest < SLOW:
        return ok("messages", said)
    return faute("messages", said, WORKER) if pulse.oldest >= STUCK else attention("messages", said, WORKER)


def _dead(pulse: Pulse, reader: Reader) -> Finding:
    if pulse.dead == 0:
        return ok("messages.morts", tr("Aucun message n'a été refusé pour toujours."))
    why = joined(raw(f"{ref or '–'} : {reason}") for ref, reason in reader.dead_letters())
    said = tr(
        "{count} message(s) refusé(s) pour toujours par une plateforme ; les derniers : {why}.",
        count=pulse.dead,
        why=why,
    )
    repair = tr(
        "Le plus souvent, un salon archivé ou un compte désactivé : corrigez l'annuaire ou le salon, puis prévenez la personne."
    )
    return attention("messages.morts", said, repair)


def _late(pulse: Pulse) -> Finding:
    if pulse.late < SLOW:
        return ok("rappels", tr("{count} rappel(s) à venir, aucun en retard.", count=pulse.reminders))
    said = tr("Le plus ancien rappel est en retard de {age}.", age=_age(pulse.late))
    return faute("rappels", said, WORKER) if pulse.late >= STUCK else attention("rappels", said, WORKER)


def _journal(reader: Reader, secret: bytes) -> Finding:
    broken = reader.run(secret, lambda unit: unit.journal.verify())
    if broken is None:
        heads = reader.run(secret, lambda unit: unit.journal.heads())
        return ok("journal", tr("Le journal est intact : {count} demande(s).", count=len(heads)))
    said = tr(
        "Le journal de {ref} ne se suit plus à la ligne {seq} : {why}.",
        ref=broken.ref,
        seq=broken.seq,
        why=raw(broken.why),
    )
    repair = tr(
        "Vérifiez que ATELIER_SECRET_KEY est celle d'origine ; sinon, gardez la base telle quelle et comparez-la à une sauvegarde."
    )
    return faute("journal", said, repair)


def _age(seconds: float) -> Text:
    """« 40 s », « 12 min », « 3 h », « 2 j »: as rough as is useful."""
    minute, hour, day = 60, 3600, 86_400
    if seconds < 2 * minute:
        return tr("{count} s", count=round(seconds))
    if seconds < 2 * hour:
        return tr("{count} min", count=round(seconds / minute))
    if seconds < 2 * day:
        return tr("{count} h", count=round(seconds / hour))
    return tr("{count} j", count=round(seconds / day))
