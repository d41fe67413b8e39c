"""The file of a grant, of one payment or of one voucher: every paper of its chain that the reader may open, as one archive (domain M6)."""

from portfolio.desk.queries.dossier.archive import contents, write
from portfolio.desk.queries.dossier.chain import KINDS, Dossier, find
from portfolio.desk.queries.dossier.pieces import Piece, enclosed, pieces, too_large

__all__ = ["KINDS", "Dossier", "Piece", "contents", "enclosed", "find", "pieces", "too_large", "write"]
