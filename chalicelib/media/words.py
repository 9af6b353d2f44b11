"""README and index of a disc, in Japanese and English: plain text that opens anywhere."""

from __future__ import annotations

from datetime import datetime

from chalicelib.media.planning import Disc, Plan

README = """\
{name}  ({number} / {discs})      {made_at}

このディスクには、医用画像の原本が 1 バイトも変えずに入っています。
  INDEX.TXT      すべてのディスクの目次。どの検査がどのディスクにあるか。
{album_ja}  DICOM          DICOM 画像。DICOMDIR を読むビューアーで開けます。
  IMAGES         そのほかの画像とファイル。
  manifest.json  元のファイル名と、このディスクでの場所。
  verify.py      ディスクの検査: python3 verify.py --lang ja
  SHA256SUMS     すべてのファイルの SHA-256。
患者さんの個人情報が入っています。人に渡すとき、捨てるときはご注意ください。

This disc holds medical images, byte for byte as they were stored.
  INDEX.TXT      what is on which disc
{album_en}  DICOM          DICOM images; a viewer opens them by the DICOMDIR
  IMAGES         other pictures and files
  manifest.json  under which name each file was stored, and where it is here
  verify.py      proves this disc: python3 verify.py
  SHA256SUMS     the SHA-256 of every file
It holds personal data of patients.  Mind whom you give it to, and how you dispose of it.
"""
SEALED = """\
{name}  ({number} / {discs})      {made_at}

このディスクの中身は DISC.ZIP に暗号化されています (AES-256)。
開くには、別にお渡ししたパスフレーズと、次のような無料のソフトが必要です。
  Windows  7-Zip (Windows 標準の「すべて展開」では開けません)
  macOS    Keka、The Unarchiver
  Linux    7z x DISC.ZIP
展開したフォルダーの README.TXT をご覧ください。
パスフレーズはこのディスクと一緒に保管しないでください。

What is on this disc is encrypted, in DISC.ZIP (AES-256).
To open it you need the passphrase, which you got another way, and one of these, which are free:
  Windows  7-Zip ("Extract all" of Windows itself does not open it)
  macOS    Keka, The Unarchiver
  Linux    7z x DISC.ZIP
Then read README.TXT in the folder that it makes.
Do not keep the passphrase with the disc.
"""
ALBUM_JA = "  index.html     アルバム。ブラウザーで開きます。\n"
ALBUM_EN = "  index.html     an album; open it in a browser\n"


def readme(name: str, disc: Disc, plan: Plan, at: datetime, *, has_album: bool) -> bytes:
    """Return what somebody reads first."""
    text = README.format(
        name=name,
        number=disc.number,
        discs=len(plan.discs),
        made_at=at.date().isoformat(),
        album_ja=ALBUM_JA if has_album else "",
        album_en=ALBUM_EN if has_album else "",
    )
    return encoded(text)


def sealed(name: str, disc: Disc, plan: Plan, at: datetime) -> bytes:
    """Return what somebody reads who has an encrypted disc."""
    numbers = {"number": disc.number, "discs": len(plan.discs)}
    return encoded(SEALED.format(name=name, made_at=at.date().isoformat(), **numbers))


def index(name: str, disc: Disc, plan: Plan) -> bytes:
    """Return what is on which disc; the disc that it stands on is marked."""
    lines = [name, "目次 / Index", ""]
    for each in plan.discs:
        mark = "  <- このディスク / this disc" if each is disc else ""
        lines.append(f"[{each.number} / {len(plan.discs)}]  {each.files} files{mark}")
        for share in each.shares:
            part = "" if share.is_whole else "  (一部 / in part)"
            files = f"{len(share.files)} files{part}"
            lines.append(f"  E{share.number:07}  {share.examination.title}  {files}")
        lines.append("")
    return encoded("\n".join(lines))


def encoded(text: str) -> bytes:
    """Return *text* as the plainest editor of Windows opens it."""
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(errors="replace")
