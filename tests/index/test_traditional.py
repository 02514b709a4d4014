"""Simplified to Traditional: the characters OpenCC gets wrong, Taiwan's words, and what must stay as it is."""

import re
from pathlib import Path

import opencc
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import index.traditional
from index.traditional import to_traditional

TABLE = yaml.safe_load(Path(index.traditional.__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
CHARACTERS = {  # every word under `characters`, where a caller's answer would hold it
    "点“忘记密码”": "點「忘記密碼」",
    "两台平台": "兩台平台",
    "柜台办理": "櫃檯辦理",
    "值机柜台": "報到櫃檯",
    "到账和账号": "到帳和帳號",
    "带身份证": "帶身分證",
    "签协议，面签": "簽協議，面簽",
    "您别着急": "您別著急",
    "电表、换表和尺码表": "電表、換表和尺碼表",
    "电线杆和球杆": "電線桿和球桿",
    "手湿": "手濕",
    "免费托运行李": "免費託運行李",
    "有效签注": "有效簽注",
    "抵押注销申请": "抵押註銷申請",
    "报警并联系银行": "報警並聯繫銀行",
    "关联系统": "關聯系統",
    "登记核查并回复您": "登記核查並回覆您",
    "回复原状": "回復原狀",
    "复电时限": "復電時限",
    "发卡行": "發卡行",
    "发卡银行和发卡机构": "發卡銀行和發卡機構",
    "冲红重开，红冲旧的": "沖紅重開，紅沖舊的",
    "实物和面单": "實物和面單",
    "用干木棍挑开": "用乾木棍挑開",
    "划走当期": "劃走當期",
    "听到咔嗒一声": "聽到喀嗒一聲",
    "光纤有没有松、有没有": "光纖有沒有鬆、有沒有",
    "显示新余额": "顯示新餘額",
    "预产期四周以内": "預產期四週以內",
    "卡里余额": "卡裡餘額",
    "到房子里拉下总开关": "到房子裡拉下總開關",
    "在楼道里": "在樓道裡",
    "还是只有无线断": "還是只有無線斷",
    "同一订单只改": "同一訂單只改",
    "限[待填：名额]只": "限[待填：名額]隻",
    "券写明了": "券寫明了",
    "商品标明了价格，声明了原因": "商品標明了價格，聲明了原因",
    "一般不直接合并": "一般不直接合併",
    "并为您安排": "並為您安排",
    "约好并发短信": "約好並發簡訊",
    "光伏并不上网": "光伏併不上網",
}
KEPT = {  # what the table must not touch
    "标签和书签": "標籤和書籤",
    "闹别扭": "鬧彆扭",
    "手表": "手錶",
    "并联系统": "並聯系統",
    "信用卡里程": "信用卡里程",
    "一共多少公里": "一共多少公里",
    "合并为您的一份": "合併為您的一份",
    "关注销量": "關注銷量",
    "儿童栏杆": "兒童欄杆",
    "微信号": "微信號",
    "电视频道": "電視頻道",
    "拨打印度的号码": "撥打印度的號碼",
    "刺激活动": "刺激活動",
    "增值机构": "增值機構",
    "核实时限": "核實時限",
    "避免提前": "避免提前",
    "境内存款": "境內存款",
    "零零幺": "零零么",
    "套餐和流量": "套餐和流量",
    "手是干的，晾干再用": "手是乾的，晾乾再用",
}


@pytest.mark.parametrize(("simplified", "traditional"), [*CHARACTERS.items(), *KEPT.items()])
def test_characters_are_those_of_taiwan(simplified: str, traditional: str) -> None:
    assert to_traditional(simplified) == traditional


def test_each_mended_character_has_its_example() -> None:
    told = "".join(opencc.OpenCC("s2tw").convert(text) for text in CHARACTERS)
    assert [word for word in TABLE["characters"] if word not in told] == []


@pytest.mark.parametrize(("word", "instead"), TABLE["words"].items())
def test_words_are_those_of_taiwan(word: str, instead: str) -> None:
    assert to_traditional(opencc.OpenCC("tw2s").convert(word)) == instead


def test_the_table_changes_something_and_once() -> None:
    changed = TABLE["characters"] | TABLE["words"]
    assert [word for word, instead in changed.items() if word == instead or word in TABLE["keep"]] == []
    assert not TABLE["characters"].keys() & TABLE["words"].keys()


@given(st.lists(st.sampled_from(["{caller}", "{company}", "{短信}", "[待填：话费]", "请您发短信", "，", "{", "}", "Text"])))
def test_what_is_in_braces_survives(parts: list[str]) -> None:
    text = "".join(parts)
    assert re.findall(r"\{[^{}]*\}", to_traditional(text)) == re.findall(r"\{[^{}]*\}", text)


@pytest.mark.parametrize("text", ["", "Text us.", "請發短信到櫃臺查賬。", "簽約後可以在手機上網。"])
def test_what_is_not_simplified_stays(text: str) -> None:
    assert to_traditional(text) == text
