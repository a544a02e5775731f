"""The platforms that the contract suite holds to their promise: one line each."""

from connectors.registry import CONNECTORS
from tests.contract.connectors.case import Case
from tests.contract.connectors.facebook_case import CASE as FACEBOOK
from tests.contract.connectors.fake_platform.case import CASE as FAKE
from tests.contract.connectors.twitter_case import CASE as TWITTER

CASES: tuple[Case, ...] = (
    FACEBOOK,
    TWITTER,
    FAKE,
)
#: The registry as it would stand with the invented platform's line.
REGISTRY = {
    **CONNECTORS,
    "fake": "tests.contract.connectors.fake_platform.connector",
}
