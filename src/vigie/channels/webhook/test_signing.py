"""The signature: what a receiver may believe."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from vigie.channels.webhook.signing import HEADER, BadSignature, key_for, signature, verify

AT = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
KEY = key_for("the channel's secret", "https://chat.example/hook")
BODY = '{"text":"é"}'.encode()


def test_what_was_signed_is_believed_within_the_window() -> None:
    headers = {HEADER.lower(): signature(KEY, BODY, AT)}
    assert verify(headers, BODY, KEY, AT + timedelta(minutes=5)) == AT
    assert verify(headers, BODY, KEY, AT - timedelta(minutes=5)) == AT
    for now in (AT + timedelta(minutes=5, seconds=1), AT - timedelta(minutes=5, seconds=1)):
        with pytest.raises(BadSignature, match="replay"):
            verify(headers, BODY, KEY, now)


def test_the_signature_is_what_the_manual_says() -> None:
    value = signature("key", b"body", AT)
    assert value.startswith("t=1795357800,v1=")
    openssl = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", "key"],
        input=b"1795357800.body",
        capture_output=True,
        check=True,
    )
    assert openssl.stdout.split()[-1].decode() == value.split("v1=")[1]


def test_one_right_signature_of_several_is_enough() -> None:
    good = signature(KEY, BODY, AT)
    assert verify({HEADER: f"{good},v1={'0' * 64},v2=later"}, BODY, KEY, AT) == AT


@pytest.mark.parametrize(
    "value",
    ["", "t=", "v1=00", "t=1795357800", "t=x,v1=" + "0" * 64, "t=²,v1=" + "0" * 64, "t=1,t=2", "t=" + "9" * 40,
     "t=1795357800,v1=" + "0" * 64, "t=1795357800,v1=" + "é" * 64, ",,,=,"],
)  # fmt: skip
def test_anything_else_is_not_believed(value: str) -> None:
    with pytest.raises(BadSignature):
        verify({HEADER: value}, BODY, KEY, AT)


def test_no_header_another_body_another_key() -> None:
    headers = {HEADER: signature(KEY, BODY, AT)}
    for heads, body, key in (
        ({}, BODY, KEY),
        (headers, BODY + b" ", KEY),
        (headers, BODY, key_for("the channel's secret", "https://chat.example/other")),
    ):
        with pytest.raises(BadSignature):
            verify(heads, body, key, AT)


def test_the_administrator_gets_a_receivers_key_without_showing_the_secret() -> None:
    program = [sys.executable, "-m", "vigie.channels.webhook"]
    done = subprocess.run(
        [*program, "https://chat.example/hook"],
        input="the channel's secret\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == KEY
    assert subprocess.run(program, input="", capture_output=True, text=True, check=False).returncode == 2
