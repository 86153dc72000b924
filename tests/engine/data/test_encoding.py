"""Text from before UTF-8 is read in the encoding that it was written in."""

from __future__ import annotations

import io

import pytest
from cupel.engine.data.encoding import scan_file

_CYRILLIC = "имя,город\nИван,Москва\nМария,Казань\n" * 10
_JAPANESE = "名前,市\n田中,東京\nさくら,大阪\n" * 10


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "name;ort\nMüller;München\nSchäfer;Köln\nWeiß;Düsseldorf\nGröße;Lübeck\n" * 20),
        ("cp1252", "nom;ville\nÉloïse;Orléans\nFrançois;Besançon\nHélène;Nîmes\n" * 10),
        ("cp1252", "a,b\n1 €,2\n3 €,4\n"),
        ("cp1252", "a,b\n1 °C,x\n3 °C,y\n" * 40),
        (
            "cp1252",
            "id;price;word\n" + "".join(f"{i};{i},5 €;{'tü' if i % 2 else 'nö'}\n" for i in range(80)),
        ),
        ("cp1250", "imię,miasto\nŁukasz,Łódź\nGrażyna,Kraków\nŻaneta,Gdańsk\n" * 10),
        ("cp1250", "jméno,město\nJiří,Plzeň\nŠárka,Děčín\nŽaneta,Třebíč\n" * 10),
        ("cp1251", _CYRILLIC),
        ("koi8_r", _CYRILLIC),
        ("cp866", _CYRILLIC),
        ("cp1253", "όνομα,πόλη\nΓιώργος,Αθήνα\nΜαρία,Θεσσαλονίκη\n" * 10),
        ("cp1255", "שם,עיר\nדוד,ירושלים\nשרה,חיפה\n" * 10),
        ("cp1256", "الاسم,المدينة\nمحمد,القاهرة\nفاطمة,بغداد\n" * 10),
        ("cp932", _JAPANESE),
        ("euc_jp", _JAPANESE),
        ("cp949", "이름,도시\n김철수,서울\n이영희,부산\n" * 10),
        ("big5", "姓名,城市,年齡\n張三,臺北,23\n李四,高雄,45\n王五,臺中,31\n" * 5),
        ("gb18030", "姓名,城市,年龄\n张三,北京,23\n李四,上海,45\n王五,广州,31\n"),
        ("gb18030", "这家饭店的菜很好吃，服务也不错\n"),
        ("utf-8", _CYRILLIC),
        ("utf-16", _JAPANESE),
    ],
)
def test_the_text_is_as_it_was_written(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    found = scan_file("table.csv", lambda: io.BytesIO(data), None)
    assert found.sample == text
    assert found.encoding == encoding
