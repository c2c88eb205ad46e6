"""A phone or computer that keeps passkeys, as far as the portal can tell: it answers what a browser would send."""

import json
import os
import re
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

FLAG = AuthenticatorData.FLAG


def options(page):
    """What the page asks a browser for."""
    return json.loads(re.search(r'<script id="passkey-options"[^>]*>(.*?)</script>', page.text)[1])["publicKey"]


class Device:
    def __init__(self, *, origin="http://localhost", is_unlocked=True):
        self.key, self.name, self.origin = ec.generate_private_key(ec.SECP256R1()), os.urandom(16), origin
        self.flags = FLAG.UP | FLAG.UV if is_unlocked else FLAG.UP
        self.user = None

    def create(self, asked):
        self.user = asked["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.name, public)
        said = AuthenticatorData.create(self._site(asked["rp"]["id"]), self.flags | FLAG.AT, 0, credential)
        response = {"attestationObject": websafe_encode(AttestationObject.create("none", said, {}))}
        return self._answer(response, "webauthn.create", asked)

    def get(self, asked):
        said = AuthenticatorData.create(self._site(asked["rpId"]), self.flags, 0)
        told = self._told("webauthn.get", asked)
        signed = self.key.sign(said + told.hash, ec.ECDSA(SHA256()))
        response = {"authenticatorData": websafe_encode(said), "signature": websafe_encode(signed)}
        return self._answer(response | {"userHandle": self.user}, "webauthn.get", asked)

    def _site(self, host):
        return sha256(host.encode()).digest()

    def _told(self, kind, asked):
        return CollectedClientData.create(kind, websafe_decode(asked["challenge"]), self.origin)

    def _answer(self, response, kind, asked):
        name = websafe_encode(self.name)
        told = {"clientDataJSON": websafe_encode(self._told(kind, asked))}
        return json.dumps({"type": "public-key", "id": name, "rawId": name, "response": response | told})
