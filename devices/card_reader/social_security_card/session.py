"""The social security card as a conversation: select, authenticate, read, ask for the PIN, change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from devices.card_reader.apdu import StatusWord
from devices.card_reader.contract import Chip
from devices.card_reader.social_security_card import bank, pin
from devices.card_reader.social_security_card.applications import MedicalBaseFile, MedicalTransactionFile
from devices.card_reader.social_security_card.authentication import (
    Authenticator,
    CardContext,
    KeyId,
    MutualAuthenticator,
    MutualChallenge,
)
from devices.card_reader.social_security_card.codecs import BadData, decode_text
from devices.card_reader.social_security_card.declaration import Application, Item
from devices.card_reader.social_security_card.environment import HolderFile, IssuerFile
from devices.card_reader.social_security_card.filesystem import CardFiles
from devices.card_reader.social_security_card.identity import CardIdentity, CardVersion, IssuerData, chip_date
from devices.card_reader.social_security_card.pin import PinState, VerifyResult
from devices.card_reader.social_security_card.refusal import accepted
from devices.contract import DeviceError

_RANDOM = 8
_BALANCE = 4


@dataclass(frozen=True, slots=True)
class MedicalTransaction:
    """One line of DF04 EF08. Amounts in fen; ``time``: YYYYMMDDhhmmss."""

    sequence: int
    kind: str
    terminal: str
    time: str
    account: int
    self_pay: int
    pooled: int


@dataclass(frozen=True, slots=True)
class MedicalAccount:
    """What the chip holds of the medical account: its base data by item name, and its transactions, newest first."""

    base: dict[str, Any]
    transactions: tuple[MedicalTransaction, ...]


class SocialSecurityCard(CardFiles):
    """One card in the reader, over its chip. Every method raises DeviceError as :meth:`Chip.transmit` does, and:

    ``card_reader.not_social_security_card`` (another kind of card), ``.card_blocked``, ``.application_blocked``,
    ``.bad_data`` (a record that cannot be read), ``.access_denied``, ``.authentication_failed``, ``.chip_worn``, or
    ``.refused``; the last ones as :class:`CardRefused` with the status word.
    """

    def __init__(self, chip: Chip) -> None:
        super().__init__(chip)
        self.issuer: IssuerData | None = None

    def close(self) -> None:
        """Power the chip down. Never raises; closing twice is harmless."""
        self.chip.close()

    # -- identity ------------------------------------------------------------------------------------------------------

    def read_issuer(self) -> IssuerData:
        """EF05, free on every card. Enough for the validity chain."""
        self.select()
        self.open_file(IssuerFile)
        # The order that hall middleware reads in.
        order = ("card_identifier", "version", "card_number", "issue_date", "valid_until", "card_class", "initialiser")
        values = self.values_of(IssuerFile, order)
        if "card_identifier" not in values:
            raise DeviceError("card_reader.bad_data", "EF05 has no card identifier")
        self.issuer = IssuerData(
            card_identifier=values["card_identifier"],
            card_class=values.get("card_class", ""),
            version_text=values.get("version", ""),
            initialiser=values.get("initialiser", ""),
            issue_date=values.get("issue_date", ""),
            valid_until=values.get("valid_until", ""),
            card_number=values.get("card_number", ""),
        )
        return self.issuer

    def read_identity(self, authenticator: MutualAuthenticator | None = None) -> CardIdentity:
        """EF05 and EF06. A 3.0 card shows EF06 only after external authentication with RKSSSE, so it needs one.

        Without an authenticator a 3.0 card ends in ``card_reader.access_denied``.
        """
        issuer = self.read_issuer()
        if issuer.version is CardVersion.V3 and authenticator is not None:
            self.authenticate(authenticator)
        self.open_file(HolderFile)
        values = self.values_of(HolderFile, (item.name for item in HolderFile.items if _expected(item, issuer)))
        name = _unpadded(values.get("name", b"")) + _unpadded(values.get("name_extension", b""))
        return CardIdentity(
            issuer=issuer,
            social_security_number=values.get("social_security_number", ""),
            name=self.decoded("EF06 name", decode_text, name),
            sex=values.get("sex", ""),
            nation=values.get("nation", ""),
            birthplace=values.get("birthplace", ""),
            birth_date=chip_date(values.get("birth_date", "")),
            atr=self.chip.atr,
        )

    def context(self) -> CardContext:
        """What an authenticator must know of this card; reads EF05 when that has not been done."""
        issuer = self.issuer or self.read_issuer()
        return CardContext(self.chip.atr, self.algorithm, issuer.card_identifier)

    # -- authentication ------------------------------------------------------------------------------------------------

    def challenge(self, length: int = _RANDOM) -> bytes:
        """A random from the card; the one got last is the session factor of what follows."""
        random = accepted(self.send(0x00, 0x84, 0x00, 0x00, le=length), "GET CHALLENGE")
        if len(random) != length:
            raise DeviceError("card_reader.bad_data", f"a random of {len(random)} bytes")
        return random

    def authenticate(self, authenticator: MutualAuthenticator, key_id: int = KeyId.READ_ENVIRONMENT) -> None:
        """Mutual authentication (A8): the card proves itself, then the terminal does. Selects the environment anew.

        A card whose answer is not the HSM's ends in ``card_reader.card_not_genuine``.
        """
        context = self.context()
        self.select()
        internal_raw, internal_factor = self.challenge(), self.challenge()
        response = self.internal_authenticate(internal_factor, internal_raw)
        external_raw, external_factor = self.challenge(), self.challenge()
        challenge = MutualChallenge(internal_factor, internal_raw, response, external_factor, external_raw, key_id)
        answer = authenticator.mutual(context, challenge)
        if answer.internal_response != response:
            raise DeviceError("card_reader.card_not_genuine", "internal authentication")
        self.external_authenticate(key_id, answer.external_cryptogram, external_raw)

    def internal_authenticate(self, factor: bytes, raw: bytes, key_id: int = KeyId.INTERNAL) -> bytes:
        """The card's proof, 8 bytes."""
        return accepted(self.send(0x00, 0x88, 0x00, key_id, factor + raw), "INTERNAL AUTHENTICATE")

    def external_authenticate(self, key_id: int, cryptogram: bytes, raw: bytes) -> None:
        """The terminal's proof, for the card's last random. Refused: ``card_reader.authentication_failed``."""
        accepted(self.send(0x00, 0x82, 0x00, key_id, cryptogram + raw), f"EXTERNAL AUTHENTICATE {key_id:02X}")

    def prove(self, authenticator: Authenticator, key_id: int) -> None:
        """External authentication alone, with any key of the current directory."""
        context = self.context()
        raw, factor = self.challenge(), self.challenge()
        self.external_authenticate(key_id, authenticator.external(context, key_id, factor, raw), raw)

    # -- PIN -----------------------------------------------------------------------------------------------------------

    def pin_state(self) -> PinState:
        """Whether the card wants its PIN, and the tries left; spends none."""
        self.be_selected()
        return pin.pin_state(self.send(0x00, 0x20, 0x00, 0x00, le=0))

    def verify_pin(self, digits: bytearray) -> VerifyResult:
        """``digits``: ASCII, left to the caller to wipe. ValueError for what cannot be a PIN: nothing is sent then."""
        with pin.packed(digits) as data:
            self.be_selected()
            return pin.verify_result(self.send(0x00, 0x20, 0x00, 0x00, data), "VERIFY")

    def change_pin(self, old: bytearray, new: bytearray) -> VerifyResult:
        """PinVerified: changed. The old PIN is tried as :meth:`verify_pin` would. The caller wipes both."""
        with pin.packed(old, new) as data:
            self.be_selected()
            return pin.verify_result(self.send(0x80, 0x5E, 0x01, 0x00, data), "CHANGE PIN")

    # -- medical account and bank --------------------------------------------------------------------------------------

    def medical_account(self) -> MedicalAccount:
        """DF04: base data and transactions. Needs the PIN verified, else ``card_reader.access_denied``."""
        base = self.read_items(MedicalBaseFile)
        records = self.read_records(Application.MEDICAL, MedicalTransactionFile.short_identifier())
        lines = (self.decoded("DF04 EF08", MedicalTransactionFile.decode, record) for record in records)
        return MedicalAccount(base, tuple(MedicalTransaction(**line) for line in lines))

    def medical_purse(self, number: int) -> int | None:
        """The balance of a purse (1, 2 or 3) on the chip, in fen; None when the card has no such purse."""
        self.enter(Application.MEDICAL)
        response = self.send(0xB0, 0x26, 0x00, number, le=_BALANCE)
        if response.status in (StatusWord.KEY_INDEX_UNSUPPORTED, StatusWord.INSTRUCTION_NOT_SUPPORTED):
            return None
        balance = accepted(response, f"GET BALANCE {number}")
        if len(balance) != _BALANCE:
            raise DeviceError("card_reader.bad_data", f"a balance of {len(balance)} bytes")
        return int.from_bytes(balance, "big")

    def bank_card_number(self) -> str | None:
        """The bank side's card number; None when the chip has none. Ends all rights: ask before the PIN."""
        try:
            return bank.card_number(self.chip.transmit)
        except BadData as problem:
            raise DeviceError("card_reader.bad_data", f"bank side: {problem}") from None
        finally:
            self.forget_selection()


def _expected(item: Item, issuer: IssuerData) -> bool:
    """1.0 cards have no name extension."""
    return item.name != "name_extension" or issuer.version is not CardVersion.V1


def _unpadded(data: bytes) -> bytes:
    return data.rstrip(b"\x00\xff ")
