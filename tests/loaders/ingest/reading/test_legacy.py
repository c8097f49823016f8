"""Older encodings are recognised by the words that they make."""

# ruff: noqa: RUF001
import pytest

from martlet.loaders.ingest.reading._legacy import guess

NAMES = {
    "cp1252": "René Müller,Zoë Åkesson,François Núñez,Jürgen Weiß,Café “Olé” – 5 €",
    "mac_roman": "René Müller,Zoë Åkesson,François Núñez,Jürgen Weiß,Café Olé",
    "cp850": "René Müller,Zoë Åkesson,François Núñez,Jürgen Weiß,Café Olé",
    "cp1250": "Łukasz Wójcik,Małgorzata Dąbrowska,Świętosława Żak,Gdańsk,Łódź",
    "cp1251": "Анна Иванова,Дмитрий Смирнов,Москва,Санкт-Петербург,Ольга",
    "koi8_r": "Анна Иванова,Дмитрий Смирнов,Москва,Санкт-Петербург,Ольга",
    "cp1253": "Γιώργος Παπαδόπουλος,Μαρία Νικολάου,Αθήνα,Θεσσαλονίκη",
    "cp932": "山田 太郎,佐藤 花子,東京都,カスタマー,ありがとう,大阪市",
    "cp949": "김민준,이서연,서울특별시,부산광역시,대한민국 고객",
    "gb18030": "张伟,王芳,北京市朝阳区,上海市,客户订单,广州",
    "big5": "陳怡君,林志明,台北市信義區,高雄市,客戶訂單",
}


@pytest.mark.parametrize("codec", NAMES)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_names_and_places_tell_their_encoding(codec, separator):
    assert guess(NAMES[codec].replace(",", separator).encode(codec))[0] == codec


@pytest.mark.parametrize(
    "word",
    [
        "Ren\u00e9e",
        "M\u00fcller",
        "5 \u20ac",
        "caf\u00e9",
        "na\u00efve",
        "\u00c5sa",
        "Stra\u00dfe",
        "\u00a35.00",
        "Espa\u00f1a",
    ],
)
def test_a_single_word_of_western_europe_is_windows_1252(word):
    assert guess(f"{word},1.00".encode("cp1252"))[0] == "cp1252"


def test_spaces_pasted_from_web_pages_are_no_letters():
    rows = "\u00a0Anna,1\nBob\u00a0,2\nCid\u00a0,3\nDora Ann\u00a0,4\n"
    assert guess(rows.encode("cp1252"))[0] == "cp1252"


def test_the_whole_file_is_read_in_it(read):
    found = read("customer,date,amount\n山田,2020-01-01,5\n大阪 ありがとう,2020-01-02,6\n".encode("cp932"))
    assert found.cells["customer"].to_list() == ["山田", "大阪 ありがとう"]
    assert found.source.format.startswith("Shift JIS")
    assert "read as Shift JIS" in found.notes[0]
