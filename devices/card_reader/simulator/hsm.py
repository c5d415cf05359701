"""An HSM for a bench without a host: an ``Authenticator`` under the published TEST keys, for virtual cards only."""

from __future__ import annotations

from devices.card_reader.simulator.test_keys import master_keys
from devices.card_reader.social_security_card import hsm_math
from devices.card_reader.social_security_card.authentication import (
    CardContext,
    KeyId,
    MutualAnswer,
    MutualChallenge,
)


class TestKeyHsm:
    """Answers for every card that was made with the test keys; for any other card its answers are simply wrong."""

    __test__ = False

    def _key(self, card: CardContext, key_id: int) -> bytes:
        return hsm_math.card_key(card.algorithm, master_keys(card.algorithm)[key_id], card.identifier)

    def mutual(self, card: CardContext, challenge: MutualChallenge) -> MutualAnswer:
        """See Authenticator."""
        internal = hsm_math.authentication_data(
            card.algorithm,
            self._key(card, KeyId.INTERNAL),
            challenge.internal_factor,
            challenge.internal_raw,
        )
        return MutualAnswer(
            internal, self.external(card, challenge.key_id, challenge.external_factor, challenge.external_raw)
        )

    def external(self, card: CardContext, key_id: int, factor: bytes, raw: bytes) -> bytes:
        """See Authenticator."""
        return hsm_math.authentication_data(card.algorithm, self._key(card, key_id), factor, raw)

    def command_mac(self, card: CardContext, key_id: int, factor: bytes, header: bytes, data: bytes) -> bytes:
        """See Authenticator."""
        return hsm_math.command_mac(card.algorithm, self._key(card, key_id), factor, header, data)

    def pin_block(self, card: CardContext, factor: bytes, header: bytes, pin: bytearray) -> bytes:
        """See Authenticator."""
        return hsm_math.pin_block(card.algorithm, self._key(card, KeyId.PIN_UNBLOCK), factor, header, pin)
