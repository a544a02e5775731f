"""How large a list may be; whatever is larger is refused before it is read."""

from connectors.files.bombs import Limits

MAX_FILE = 50_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 10_000
MAX_HEADER = 200
#: A workbook of that many rows unpacks to some 150 MB.
WORKBOOK = Limits(total=200_000_000, member=200_000_000, members=2_000, ratio=200)
#: Of an archive's lists of people; its pictures may be as large as they like, for they stay packed.
ARCHIVE = Limits(total=400_000_000, member=100_000_000, members=1_000_000, ratio=100)
