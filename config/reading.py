"""The reader of topics as the settings make it: our terms and the team's, its head, what is never read."""

from classifier.head import Head
from classifier.topics.reader import Reader
from config import head_file
from config.never import never
from config.own_topics import vocabulary
from config.settings import Settings
from config.topics import load_words
from domain.terms import Vocabulary


def reader(settings: Settings) -> Reader:
    """Make a reader; raises TopicsError or HeadError where a file of the team's is wrong."""
    head = head_file.load(settings.topics_head) if settings.topics_head else None
    return reader_by(vocabulary(settings.topics_file), head)


def reader_by(known: Vocabulary, head: Head | None = None) -> Reader:
    """Make a reader of these terms; what is never inferred is in force in every one."""
    return Reader(
        known,
        words=load_words(),
        head=head.scores if head else None,
        never=never(),
    )
