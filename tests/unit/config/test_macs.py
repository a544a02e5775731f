"""The MACs of suppression are those of the standards, however many are made at once."""

import hashlib
import hmac

from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.ciphers import algorithms
from hypothesis import given
from hypothesis import strategies as st

from config.macs import CMAC, mac_of
from config.suppression import Suppressor, further_key, new_key, wrapped, wrapper

keys = st.binary(min_size=32, max_size=32)
values = st.lists(st.binary(min_size=32, max_size=32), max_size=5)


@given(keys, st.lists(st.binary(max_size=200), max_size=5))
def test_of_texts_they_are_hmac_sha256(key: bytes, texts: list[bytes]) -> None:
    expected = [hmac.new(key, each, hashlib.sha256).digest() for each in texts]
    assert mac_of(key.hex()).of(texts) == expected


@given(keys, values)
def test_around_values_they_are_the_cmac_of_both_orders_of_halves(key: bytes, whole: list[bytes]) -> None:
    expected = [_reference(key, each) + _reference(key, each[16:] + each[:16]) for each in whole]
    mac = mac_of(CMAC + key.hex())
    assert mac.around(b"".join(whole)) == b"".join(expected)
    assert mac.of(whole) == expected


@given(keys, values)
def test_an_older_key_wraps_by_hmac(key: bytes, whole: list[bytes]) -> None:
    assert mac_of(key.hex()).around(b"".join(whole)) == b"".join(mac_of(key.hex()).of(whole))


def test_keys_of_both_sorts_wrap_in_their_order() -> None:
    chain = [new_key(), new_key(), further_key(), further_key()]
    first = hmac.new(bytes.fromhex(chain[0]), b"twitter:7001", hashlib.sha256).digest()
    expected = wrapped(first, chain[1:])
    assert Suppressor(chain).value("twitter", "7001") == expected
    assert wrapper(chain[3])(wrapped(first, chain[1:3])) == expected
    assert Suppressor(chain).wrapped_up(first.hex(), 1) == expected
    assert Suppressor(chain).value("twitter", "7001") != Suppressor(chain[:3]).value("twitter", "7001")


def test_a_page_of_values_is_what_each_of_them_is_alone() -> None:
    people = [("twitter", "7001"), ("handle:twitter", "@Ada"), ("email", "Ada@mail.example")]
    suppressor = Suppressor([new_key(), further_key()])
    assert suppressor.values(people) == [suppressor.value(*each) for each in people]
    assert suppressor.raw(people).hex() == "".join(suppressor.values(people))
    assert suppressor.values([]) == []


def _reference(key: bytes, text: bytes) -> bytes:
    mac = cmac.CMAC(algorithms.AES(key))
    mac.update(text)
    return mac.finalize()
