"""Whether an agent asks the caller to wait: "请稍等", "我帮您查一下", "我幫你睇下", "let me check that for you".

The nearest standard sentence cannot tell: so few words lie as near to "我已经帮您查过了" and "您可以自己查一下". So this is
a small grammar: a clause holds the caller if it is made of nothing but politeness, words that ask to wait, and words that
say something is being looked up. In doubt it is no hold: one that is none brings cards that are wrong. Pure; used by `call`.
"""

import re
from typing import Final

from assist.text import normalise

LOOK_CHARS: Final = 160  # of what was said: older words neither ask nor deny
_PAUSE: Final = re.compile(r"[，。？！、；：…\n]+|[,.?!;:]+(?!\w)")


def _either(*rows: str) -> str:
    return f"(?:{'|'.join(rows)})"


# Chinese, in Simplified characters as `normalise` leaves them; Cantonese words beside Mandarin ones.
_END: Final = "(?:[哦啊呀喔啦呢吧先嘛吖哈]|好吗|可以吗|好唔好|得唔得|谢谢|唔该)*"
_WHILE: Final = "(?:[一两几半123]个?|少少|多|一点|点|些)?(?:下+|会儿?|阵间?|吓|等|片刻|分钟|秒钟?|时间)"
_POLITE_ZH: Final = _either(
    "好[的嘞呀啊]?|嗯+|行|可以|没问题|没关系|明白了?|[了理]解|真系|那|咁|[哦啊呀喔]|[您你]好|[先女]生|女士|小姐",
    "不好意思|抱歉|对不起|唔好意思|再?麻烦[您你]?|唔该[晒你您]?|(?:谢谢|多谢)[您你]?(?![您你]?[等稍耐])",
    "请?[您你]?(?:别|不要|唔好)(?:挂(?:机|断|电话|线)?|收线|cut线)",
)
_ASKS_ZH: Final = _either(
    f"(?:请|麻烦|唔该|劳烦)?[您你]?(?:先|再|耐心|稍微|在?线上?)*"
    f"(?:稍[等候待](?:我|多)?(?:{_WHILE})?|等[待候]?(?:我|多我?|埋)?(?:{_WHILE})+|等等|等我){_END}",
    f"(?:请|麻烦|耐心)[您你]?(?:耐心|在?线上?)*等[待候]{_END}",
    f"(?:请|麻烦)?再?[给俾畀]我?{_WHILE}(?:的?时间)?我?{_END}",
    f"我?(?:马上|好快|即刻|很快)就?(?:回来|返[嚟来]){_END}",
    "hold一?hold住?线?",
)
_NOW: Final = "(?:这边|这里|现在|正在|马上|立刻|即刻|而家|先|再|来|去|就|这就|需要|得|在|系统|后台|入去)*"
_FOR_YOU: Final = "(?:[帮给为替][您你]|同[您你])"
_VERB: Final = "(?:查询|查看|查找|核实|核对|核查|检查|确认|了解|跟进|check|查|看|睇|望|翻|调|搜|找|揾|搵|问|打开)"
_TRY: Final = "(?:一?[下吓看查睇]|看看|睇睇|[一多]次|紧)"  # makes a verb tentative, so not done yet
_WHAT: Final = _either(
    "(?:系统|[^了过到咗我您你是系|]){0,8}",
    "[您你][的嘅个张条笔单][^了过到咗我是系姓名身|]{1,8}",
    "[^了过到咗我您你|]{0,6}[是系]?(?:什么|怎么|点解|咩|不是|咪)[^您你了|]{0,6}",
)
_COLLEAGUE: Final = (
    "[^您你|]{0,4}(?:同[事仁]|门市|店|单位|主管|上司|领导|经理|后台|部门?|技术|财务|仓库|物流|售后|客服)[^您你|]{0,2}"
)
_LOOKS_ZH: Final = _either(
    f"(?:我们?|等我|让我|这边)?{_NOW}{_FOR_YOU}{_NOW}(?:[跟向同问]{_COLLEAGUE})?{_VERB}(?:{_TRY}|返|埋|清楚)*{_WHAT}{_END}",
    f"(?:我们?|等我|让我){_NOW}(?:(?!问|确认|了解){_VERB}{_TRY}|看看|睇睇|确认{_TRY}(?![您你])){_WHAT}{_END}",
    f"(?:我|等我|让我){_NOW}(?:[跟向找和同问去]|问一?下)+{_COLLEAGUE}(?:{_VERB}{_TRY}?)?{_END}",
    f"我(?!查|看){_NOW}(?:查|看|核实){_END}",
)

_A_MOMENT: Final = (
    "(?:just )?(?:a|an|one|1|two|2|another|a couple of|a few|few)(?: more| quick| brief)?"
    " (?:moment|second|sec|minute|min)s?(?: or (?:two|so))?"
)
_MEANWHILE: Final = "(?: (?:while|to) .{1,40})?"
_POLITE_EN: Final = _either(
    "ok(?:ay)?|sure(?: thing)?|al?right|all right|right|yes|no (?:problem|worries)|of course|certainly|absolutely",
    "great|perfect|thank you|thanks|(?:im )?sorry|please|sir|madam|maam|and|so|um|uh|now|then|got it|i see|i understand",
    "for me|dont hang up",
)
_ASKS_EN: Final = _either(
    f"(?:just |only )?{_A_MOMENT}",
    f"(?:just )?bear with (?:me|us)(?: (?:for )?{_A_MOMENT}| for a bit)?{_MEANWHILE}",
    f"(?:can you |could you |would you |will you |you |may i ask you to |if you could |just )*"
    "(?:hold|hang|wait|stay|mind holding|mind waiting)"
    f"(?: on)?(?: the line| on the line| here)?(?: for (?:me|us)| (?:for )?{_A_MOMENT}| please)*"
    f"(?: while (?:i|we) .{{1,40}})?",
    f"(?:do you |would you )?(?:mind|be (?:able|okay|happy) to) (?:hold|wait)(?:ing)?(?: on)?(?: the line)?"
    f"(?: for {_A_MOMENT})?{_MEANWHILE}",
    f"(?:can you |could you )?(?:just )?(?:give|allow) me (?:about )?{_A_MOMENT}{_MEANWHILE}",
    f"i (?:just )?need {_A_MOMENT}{_MEANWHILE}",
    f"(?:ill|i will|im going to|let me|may i|can i|do you mind if i|i need to|i have to|im going to have to)(?: just)?"
    f" (?:put|place|pop) you on (?:a )?(?:brief |short |quick |little )*hold(?: (?:for )?{_A_MOMENT})?{_MEANWHILE}",
    f"(?:ill )?be (?:right back|right with you|with you shortly|with you in {_A_MOMENT})|ill be back in {_A_MOMENT}",
)
_I_WILL: Final = (
    "(?:let me|let us|ill|i will|im(?: just)? going to|im gonna|im|allow me to|i(?:ll)?(?: just)? (?:need|have) to)"
    "(?: just| quickly| now| also| first| still| currently| go (?:ahead )?and| quick| double| have a| take a| do a)*"
)
_LOOKS_EN: Final = f"{_I_WILL} " + _either(
    r"check(?:ing)?(?! (?:you|back|in|out|your understanding)\b)",
    r"look(?:ing)?(?: into| up| at| for| on)?(?= (?:that|this|it|your|the|up|for you)|$)",
    r"(?:pull|bring|load)(?:ing)?(?= .*up\b(?! with)| up)|(?:get|grab|pull)(?:ting|ing)?(?= your| the| that)",
    r"verify(?:ing)?|confirm(?= (?:that|this|it) with)|investigate|review(?:ing)?(?! .*with you)",
    r"see(?= (?:what|if|why|whether|how|where)s?\b|$)|find(?: out)?|ask|go and find out",
) + r"(?: (?!(?:and|i|is|are|ive|im)\b|(?<!for )you\b)\w+){0,8}"  # fmt: skip

_DENIED: Final = re.compile(  # another time, somebody else, a condition, a question
    "明[天日早]|听日|后天|小时|钟头|工作日|[0-9几]天|下(?:周|个|星期|次)|星期|周[一二三四五]|上次|稍后|[之以]后|晚[一点些]"
    "|回电|回[复覆]|联系|通知|会有|会收到|就(?:会|能|可以)|再(?:打|试|来)|等短信|[查找]到了"
    "|如果|的话(?![费题务])|要[不唔]要|使[唔不]使|需[不唔]需要|[您你](?:说|话|可以)|[您你]刚|刚[才刚]|啱啱|请问|什么意思|对吗|啱唔啱"
    r"|\b(?:tomorrow|later|hours?|days?|weeks?|weekend|monday|friday|until|when you|once you|if you (?!dont)|forward|again"
    r"|call you|get back|let you know|e?mail|tell me|your name|date of birth)\b"
)
_ASKED: Final = re.compile(  # the agent waits for the caller first
    "报|提供|念|[发传寄]|告诉|输入|贵姓|您姓|请问|哪个|边个|[把将].{1,12}[给俾]|[给俾].{1,8}我|[给俾]我(?!.?[点分下])"
    r"|\b(?:your (?:name|number|address|date|email|phone)|can i (?:have|get|take)|may i have"
    r"|could you (?:give|tell|send|read)|tell me|send)\b"
)
_TOLD: Final = re.compile(  # what was looked up is told already
    r"了|到|已经|显示|\d|是(?!不是|否|什么|怎么)|没有|冇|可以(?!吗)"
    r"|\b(?:is|are|was|has|have|its|thats|you can|ive|youve|there)\b"
)


def _made_of(held: str, polite: str, gap: str) -> re.Pattern[str]:
    """Politeness, then words that hold, again and again: counted, for "等我帮您查" can be taken apart in several ways, and
    without an end the ways of many would be tried for seconds.
    """
    return re.compile(f"(?:{polite}{gap}){{0,6}}(?:{held}{gap}(?:{polite}{gap}){{0,3}}){{1,3}}")


_ASKS: Final = (_made_of(_ASKS_ZH, _POLITE_ZH, ""), _made_of(_ASKS_EN, _POLITE_EN, "(?: |$)"))
_HOLDS: Final = (
    _made_of(_either(_ASKS_ZH, _LOOKS_ZH), _POLITE_ZH, ""),
    _made_of(_either(_ASKS_EN, _LOOKS_EN), _POLITE_EN, "(?: |$)"),
)


_OF_WAITING: Final = re.compile(
    "[等候稍秒阵挂还仍正仲紧]|分钟|一点时间|收线|回[来到]|返[来嚟]|马上|赶时间|hold|wait|moment|second|minute|bear|stay|back|look"
)


def speaks_of_waiting(said: str) -> bool:
    """Whether a normalised sentence has any word of waiting: one that has none may lie near a standard sentence for a hold
    ("我亲自打给您核对两件事，您看可以吗"), but is none.
    """
    return bool(_OF_WAITING.search(said))


def asks_to_wait(heard: str) -> bool:
    """Whether an agent's words, as heard, ask the caller to wait, or say last that something is being looked up."""
    said = [clause for clause in map(normalise, _PAUSE.split(heard[-LOOK_CHARS:])) if clause]
    for place, clause in reversed(list(enumerate(said))):
        if any(holds.fullmatch(clause) for holds in _HOLDS):
            before, after = "|".join(said[:place]), "|".join(said[place + 1 :])
            if _DENIED.search(f"{clause}|{after}"):
                return False
            asks = any(asks.fullmatch(clause) for asks in _ASKS)
            return asks or not (_TOLD.search(after) or _ASKED.search(f"{before}|{after}"))
    return False
