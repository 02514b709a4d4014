"""A caller's yes or no to what the agent has said back: "您是说家里宽带断了，是吗" / "嗯". Pure; used by `transcript`.

Alone such a word says nothing; with the question it says what the caller wants, in the agent's clear words. Consent is
another matter ("您看可以吗" / "好的"): neither the question nor the word counts. Who says more than a few words says it
himself.
"""

import re
from typing import Final, Literal

from assist.text import normalise

Reply = Literal["", "yes", "no"]
REPLY_CHARS_MAX: Final = 12  # of Chinese; more in English
REPLY_LETTERS_MAX: Final = 32

# Chinese, in Simplified characters as `normalise` leaves them; Cantonese words beside Mandarin ones. The longer come first.
_NO: Final = (
    "不是|不对|不用|不要|不需要|不想|没有|否|唔系|唔啱|唔使|唔要|唔想|冇(?!错)|"
    r"(?:no|nope|nah|not|isnt|dont|didnt|wrong|neither)\b"
)
_YES: Final = (
    "没错|冇错|就[是系这]|确实|需要|对(?![方面不了于象比账接])|是(?!不是|什么|谁|哪|怎|否|吗|因为|[我你您])|系(?![统列咪唔边咩我你])|"
    "啱|嗯|唔(?![系啱使要想好])|要(?![是不])|想(?!想)|"
    r"(?:yes|yeah|yep|yup|yah|right|correct|exactly|precisely|absolutely|definitely|indeed|mhm|mm|uhhuh|thats it|i do)\b"
)
_BESIDE: Final = (  # what may stand beside them and decides nothing
    "这个?(?:意思|样子?|情况|事)|这么回事|[这那]个|[咁噉]样?|[您你]说得?|谢谢|麻烦[您你]了|唔该晒?|多谢晒?|先生|小姐|好|行|可以|"
    "[的嘅呀啊呢啦咯了哦喔噢哈吧嘛诶欸嘞哎唉呃耶事儿]|"
    r"(?:thats|that|it|its|is|this|one|please|really|quite|all|oh|um|uh|er|what|i|meant?)\b"
)
_PLAIN: Final = re.compile(f"(?: ?(?:{_BESIDE}))*(?: ?(?:(?P<no>{_NO})|(?P<yes>{_YES})))(?: ?(?:{_NO}|{_YES}|{_BESIDE}))*")
_YES_AND: Final = re.compile(f"(?!嗯|唔|要|想|mm|mhm|right)(?:{_YES})")  # "嗯" may begin anything
_SURE: Final = (
    "是吗|是么|是吧|对吗|对么|对吧|没错吧|是不是|对不对|系咪|系唔系|啱唔啱|啱吗|系嘛|"
    r"(?:(?:is|have i got|did i get) (?:that|it) )?\b(?:right|correct)|"
    r"\bis that (?:it|so|the case|what(?:s| is)? happen(?:ed|ing))"
)
_TAG: Final = f"(?:{_SURE}|[吗吧嘛么])(?:[啊呀呢哈喔哦]|先生|女士|小姐)*$"
_TAGGED: Final = re.compile(_TAG)
_ASKED: Final = re.compile(
    f"是不是|系咪|系唔系|{_TAG}|"
    r"^(?:\w+ ){0,6}(?:do|did|are|is|was|were|have|has|would|you(?:re|d like| want| need| mean| would)) "
)
_SAYS_BACK: Final = re.compile(
    f"(?:{_SURE})$|[您你][^吗吧]{{0,4}}(?:想|要|[是系](?:说|话|指|问))|you(?:re| want| need| mean|d like)"
)
_CONSENT: Final = re.compile(
    "(?:可以|行|好|成|得|方便|明白|清楚|同意|[听记]得?[到见清住下]|本人|意见|接|ok(?:ay)?|alright|fine)了?(?:吗|吧|么|嘛|不|啊)?$|"
    "can you hear|anything else"
)
_OPEN: Final = re.compile("什么|怎|哪|谁|多少|几|为何|咩|边[个度位]|点解|点样|乜|(?:what|which|where|when|who|why|how) ?")
_MARKED: Final = re.compile(r"[?？]\s*$")


def reply(said: str, *, to: str) -> Reply:
    """What a caller's normalised words answer to an agent's, as heard; "" where that is neither yes nor no, or nothing was
    asked. A no counts only where the agent has said back what she understood: "have you restarted it" / "no" is no
    misunderstanding.
    """
    if len(said) > (REPLY_LETTERS_MAX if said.isascii() else REPLY_CHARS_MAX):
        return ""
    found = _PLAIN.fullmatch(said)
    no = bool(found and found["no"])
    if not found and not _YES_AND.match(said):
        return ""
    question = normalise(to)
    if _CONSENT.search(question) or not (_ASKED.search(question) or (_MARKED.search(to) and not _OPEN.search(question))):
        return ""
    return "yes" if not no else "no" if _SAYS_BACK.search(question) else ""


def told_by(question: str) -> str:
    """What a yes to an agent's normalised question says: the question without its "是吗"."""
    return _TAGGED.sub("", question).strip() or question
