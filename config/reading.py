"""The reader of topics as the settings make it: our terms and the team's, its head, what is never read."""

from classifier.topics.reader import Reader
from config import head_file
from config.never import never
from config.own_topics import vocabulary
from config.settings import Settings
from config.topics import load_words


def reader(settings: Settings) -> Reader:
    """Make a reader; raises TopicsError or HeadError where a file of the team's is wrong."""
    head = head_file.load(settings.topics_head) if settings.topics_head else None
    return Reader(
        vocabulary(settings.topics_file),
        words=load_words(),
        head=head.scores if head else None,
        personal=never().is_personal,
    )
