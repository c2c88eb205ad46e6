"""One reader for all files of rows: what spreadsheets, banks and other systems really write."""

import pytest

from portal_project.common import csv_files
from portal_project.common.csv_files import Columns, FileError, Line, read

PAYMENTS = Columns(("reference", "amount"), others=True)
STRICT = Columns(("reference", "amount"), ("note",))
NAME = "Müller, “A”"
RIGHT = [Line(2, {"reference": "1", "amount": "12.50"}), Line(3, {"reference": NAME, "amount": "3"})]
TEXT = f'reference,amount\n1,12.50\n"{NAME}",3\n'


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("windows-1252"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("\n", "\r").encode("windows-1252"),
        TEXT.rstrip("\n").encode(),
        f'reference;amount\n1;12.50\n"{NAME}";3'.encode(),
        f'Reference \t "AMOUNT"\n 1\t 12.50\n"{NAME}"\t3'.replace(" ", "", 4).replace(' "A', '"A').encode(),
        f'amount,other,reference\n12.50,x,1\n3,,"{NAME}"'.encode(),
        f'reference,amount,,\n1,12.50,,\n"{NAME}",3,\t,\n'.encode(),
        f'reference,amount\n1,12.50,,,\n"{NAME}",3\n,,,\n\n'.encode(),
    ],
)
def test_every_way_to_write_them_reads_the_same(content):
    assert read(content, PAYMENTS) == RIGHT


@pytest.mark.parametrize(
    ("content", "first_line"),
    [
        ("\n\n;;\nreference;amount\n1;2", 5),
        ("sep=;\nreference;amount\n1;2", 3),
        ("\ufeffsep=;\r\nreference;amount\r\n1;2", 3),
        ("SEP=\t\nreference\tamount\n1\t2", 3),
        ('"sep=,"\nreference,amount\n1,2', 3),
        ('"the, long, name; of it"\treference\tamount\nx\t1\t2', 2),
        ('"Name, first; last";reference;amount\nx;1;2', 2),
    ],
)
def test_what_separates_the_cells_is_found_from_the_header(content, first_line):
    assert read(content.encode(), PAYMENTS) == [Line(first_line, {"reference": "1", "amount": "2"})]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("1\0,2", "column 1 has a character that no text can have (NUL)"),
        ("1", "1 cell; expected 2, as many as the header names"),
        ("1,2,3", "3 cells; expected 2, as many as the header names"),
        ('"1,2', "a quotation mark is missing or out of place"),
        (
            '"1"x,2',
            "a quotation mark is missing or out of place, or a cell has more than 131072 characters",
        ),
        (
            "x" * 131_073 + ",2",
            "a quotation mark is missing or out of place, or a cell has more than 131072 characters",
        ),
        ('"\n' + "x" * 131_073 + '\n",2', "a quotation mark is missing or out of place"),
    ],
)
def test_a_line_that_cannot_be_read_says_why_and_the_next_one_is_read(row, problem):
    lines = read(f"reference,amount\n0,1\n{row}\n8,9\n".encode(), PAYMENTS)
    assert (lines[0].cells, lines[1].number, lines[1].problem) == ({"reference": "0", "amount": "1"}, 3, problem)
    assert lines[-1].cells == {"reference": "8", "amount": "9"}


def test_a_cell_of_131072_characters_is_only_a_long_one():
    assert read(("reference,amount\n" + "x" * 131_072 + ",2").encode(), PAYMENTS)[0].cells["reference"][-1] == "x"


def test_a_column_without_a_name_may_hold_nothing():
    lines = read(b"reference,,amount\n1,,2\n3,4,5\n", PAYMENTS)
    assert lines == [
        Line(2, {"reference": "1", "amount": "2"}),
        Line(3, problem='column 2 has no name, but holds "4"'),
    ]


def test_numbers_of_lines_count_line_breaks_within_cells():
    assert [line.number for line in read(b'reference,amount\n"1\n\n",2\n3,4\n', PAYMENTS)] == [2, 5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\r\n ;;\r\n", "The file is empty."),
        (b"PK\x03\x04\x14\x00", "The file is a workbook or an archive; save it as “CSV UTF-8”."),
        (b"\x89PNG\r\n\x1a\n\x81", "The file is not text; save it as “CSV UTF-8”."),
        ("reference,amount\n1,2".encode("utf-16")[:-1], "The file is not text; save it as “CSV UTF-8”."),
        (
            b"reference,amount\r\n\xc3\xa9,1\r\n\xc3,2\r\n",
            "The file is in UTF-8, but not on line 3; save it as “CSV UTF-8”.",
        ),
        (b"sep=;\n", "The first line is not a header; it should name these columns: reference, amount, note."),
        (b"sep=|\nreference|amount", 'The file says that "|" separates its cells; only comma, semicolon and tab can.'),
        (b"1,100.00\n", "The first line is not a header; it should name these columns: reference, amount, note."),
        (
            b'reference,"amount\n1,2\n',
            "The names of the columns cannot be read: a quotation mark is missing or out of place.",
        ),
        (b"\0\0\0\0", "The first line is not a header; it should name these columns: reference, amount, note."),
        (b"reference,amount\n\n", "The file has a header, but no lines below it."),
        (
            b"Reference,note,total,reference\n1,2,3,4",
            "Unknown columns: total. Columns there more than once: reference. Missing columns: amount.",
        ),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused_in_words(content, message):
    with pytest.raises(FileError) as error:
        read(content, STRICT)
    assert str(error.value) == message


def test_columns_passed_over_may_still_not_be_there_twice():
    with pytest.raises(FileError, match=r"^Columns there more than once: x\.$"):
        read(b"reference,amount,x,X\n1,2,3,4", PAYMENTS)


def test_there_is_a_limit_to_lines_and_bytes(monkeypatch):
    monkeypatch.setattr(csv_files, "MOST_LINES", 2)
    assert len(read(b"reference,amount\n1,2\n\n3,4\n", PAYMENTS)) == 2
    with pytest.raises(FileError, match="more than 2 lines"):
        read(b"reference,amount\n1,2\n3,4\n5,6\n", PAYMENTS)
    with pytest.raises(FileError, match="larger than 10 MB"):
        read(b"reference,amount\n" + b" " * 10 * 1024 * 1024, PAYMENTS)
