"""Whether an agent asks the caller to wait: "请稍等", "我帮您查一下", "我幫你睇下", "let me check that for you".

The nearest standard sentence cannot tell: so few words lie as near to "我已经帮您查过了" and "您可以自己查一下". So these
are patterns, of two kinds. ASKS asks in so many words: only a time far off, or somebody who comes later, denies it.
LOOKS_UP says that something is looked up: whatever is asked of the caller or told already denies it, too. They run over
clauses, each normalised; a recogniser that sends no punctuation makes one long clause. In doubt it is no hold: one that
is none brings cards that are wrong. Pure; called by `call`.
"""

import re
from collections.abc import Mapping
from typing import Final

from assist.text import normalise, units

LOOK_CHARS: Final = 160  # of what was said: older words neither ask nor deny
ASKS_TAIL_MAX: Final = 48  # characters or words after those that ask; more is a story
LOOKS_UP_TAIL_MAX: Final = 16  # what is looked up, a politeness
_BEFORE_CHARS: Final = 40  # in which the words stand that make a hold a condition or a tale

_PAUSE: Final = re.compile(r"[，。？！、；：…\n]+|[,.?!;:]+(?!\w)")
_CUT: Final = "~"  # stands before words that are not the first: no clause begins there
_FROM: Final = r"(?:^|\|)"  # a clause begins

_VERB: Final = "(?:查询|查看|查找|查证|检查|核实|核对|核查|确认|了解|看|查|睇|望|询?问|翻|调阅?|搜|找|揾|搵|check|confirm)"
_TRY: Final = (  # makes a verb tentative, so not done yet: 查一下, 看看
    "(?:一?下(?![子来])|吓|返|一眼|看看|一?看|一?查|一?睇|一?问|一?check|[1一多](?:次|遍))(?![了过到咗])"
)
_SOON: Final = "(?:这边|这里|需要|先|再|这就|现在|马上|立刻|即刻|而家|正在|在|来|去|就|得|要){0,4}"
_AT_ONCE: Final = "(?:这就|现在|马上|立刻|即刻|而家|正在)"
_PERSON: Final = "(?:同[事仁]|门市|店|单位|客服|团队|工程师?|主管|上司|老板|领导|经理|后台|部门|部|技术|财务|仓库|物流|售后)"
_SAID_YES: Final = (
    "(?:(?:好[的嘞呀啊]?|嗯|行|那|喔|抱歉|不好意思|唔好意思|谢谢|多谢|[您你]好|哦|麻烦|请|唔该|咁|[先女]生|女士|小姐){0,4})"
)
_HELP: Final = "(?:[帮给替为][您你]|同[您你](?!确认|核对|核实))"
_END: Final = r"(?:[哦啊呀哈喔吖啦呢吧住先嘛哟噢]|吗|好[吗么嘛]|可以[吗么]){0,3}(?=$|\|)"
_GOES_ON: Final = (  # what may follow without a pause; "稍等费" and "等一下会听到" are no holds
    _END.removesuffix(")")
    + "|我(?!打)|这[边个就]|[帮为让正马现即而请麻谢别系电网容问喺唔]|不[好要]|[您你]的|好[吗么嘛]|可以[吗么]|行[吗不])"
)
_NEXT: Final = (  # a pause after so vague a word as 等等: what comes is of the agent, not advice
    r"(?!\|(?!我(?![们哋])|这|请|稍|等|麻烦|系统|电脑|让|马上|正在|[很好]快|不好意思|唔|[先]?别|不要|谢|即刻|而家|现在))"
)
_END_OR_I: Final = _END.removesuffix(")") + "|我(?![们哋打再覆会]))"
_WHILE: Final = "(?:[\\d一几半]{1,2}分钟|[\\d一几]{1,2}秒钟?|一?(?:下{1,2}|阵|会儿?)(?!员|议)|片刻|等|一等|吓)"

_YES: Final = (
    r"(?:(?:ok|okay|sure|sure thing|alright|all right|right|yes|yeah|no problem|no worries|of course|certainly"
    r"|absolutely|thank you"
    r"|thanks|sorry|im sorry|great|perfect|well|so|um|uh|please|just|only|sir|madam|maam|now|fine|got it|i see|good"
    r"|oh) )"
    r"{0,4}"
)
_TIME: Final = r"(?:moments?|seconds?|secs?|minutes?|mins?)(?: or (?:two|so))?\b"
_SHORT: Final = rf"(?:a|one|two|three|five|\d+|another|a couple of|a few|few)(?: more| quick| brief)? {_TIME}"
_THEN: Final = r"(?=$|\|| (?:please|while|sir|madam|maam|im|ill|i|let|okay|ok|here|so|and (?:ill|let|i))\b)"
_I_WILL: Final = (
    r"\b(?:let me|lemme|allow me to|ill|i will|im(?: just)? (?:going to|gonna)|i(?:ll)?(?: just)? (?:need|have) to)"
    r"(?: just| quickly| first| please| now| also| go| ahead| and| have a| take a| do a| quick| double| try to){0,5}"
)

ASKS: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": (
        f"(?:(?<!\\|)稍[等候待]|稍[等候待](?![\\d一几半]+(?:分|秒))|稍微等|稍为等)(?:我|多)?{_WHILE}?{_GOES_ON}",
        f"(?:请|麻烦|劳烦|[您你]|先|方便|再|线上?|耐心|那)等[我多]{{0,2}}{_WHILE}{_GOES_ON}{_NEXT}",
        f"(?:请|麻烦|[您你]|先|再|线上?|耐心)等[候待](?:一?[下会]|片刻){_GOES_ON}",
        f"{_FROM}{_SAID_YES}等(?:我{_WHILE}|等|一等|一?下|一会儿?){_END_OR_I}{_NEXT}",
        f"(?:别|不用|不要|请勿)(?:挂[断机电话]{{0,3}}|离线|离开)(?:{_END}(?!\\|(?!我|等|请|稍|让|很快|马上))|(?=我|让))",
        "(?<![您你])给我(?:[\\d一几半]{1,2}|一?点|一?些)(?:分钟|秒钟?|时间)(?:的?时间)?",
        "(?:拿着|别放下)电话(?:别|不要)挂|保持(?:通话|在线)(?!质量|畅通)",
        "我(?:马上|很快|一会儿?)就?回来",
    ),
    "yue": (
        f"(?:唔该|[你请]|先|再|耐心|麻烦|{_FROM}{_SAID_YES})等(?:多|埋)?(?:阵|我?一?(?:阵|吓)){_END}",
        f"{_FROM}{_SAID_YES}等(?:一|多)?阵(?=(?:先|吖|呀|啊)?\\|?我(?!哋|地|们|打|再|先打|会|覆))",
        f"(?:唔该|[你请]|先|麻烦)等(?:多我?|我)(?:[\\d一几半]{{1,2}}分钟|一?阵){_GOES_ON}",
        f"{_FROM}{_SAID_YES}等多我?(?:一?阵|[\\d一几半]{{1,2}}分钟){_GOES_ON}",
        f"(?:唔使|唔好)(?:收线|挂线|cut线|收住?线)(?:{_END}(?!\\|(?!我|等我|请|稍|唔该|好快))|(?=我))",
        "俾我(?:[\\d一几半]{1,2}|少少|少许|一?[点啲些])(?:分钟|秒钟?|时间)|俾(?:[\\d一几半]{1,2}(?:分钟|秒钟?)|少少|啲|些|点|一?阵)(?:时间)?我(?!打)",
        "(?:揸住|揸实|hold)(?:个|一?hold|住)?(?:电话|线)",
        "我(?:好快|即刻|一阵)就?返[嚟来]",
    ),
    "en": (
        rf"{_FROM}{_YES}(?:a|one|1) {_TIME}{_THEN}",
        rf"{_FROM}{_YES}(?:a|one|1) (?:moment|sec|second) (?:the|my|your) (?:\w+ ){{1,2}}is\b",
        rf"\b(?:give|allow) me(?: just| about)? {_SHORT}(?=$|\|| (?:while|to(?! enter| pay)|please|here|so|sir|im"
        rf"|ill|i|let|and|my|the)\b)",
        rf"\bi(?:ll)?(?: just)? need(?: just)? {_SHORT}",
        r"\bbear with (?:me|us)\b",
        rf"(?:{_FROM}{_YES}|\b(?:please|just|you) )(?:hold|hang) on(?: (?:{_SHORT}|for me|for {_SHORT}"
        rf"|please))?{_THEN}",
        rf"\b(?:please|can you|could you|if you could)(?: please| just)? hold(?: the line)?(?: for {_SHORT}"
        rf"| a {_TIME})?{_THEN}",
        rf"{_FROM}{_YES}hold the line(?: for {_SHORT})?{_THEN}",
        r"\b(?:mind (?:holding|waiting)|(?:able|happy|okay|ok) to hold)\b",
        r"\b(?:may i|can i|could i|(?:mind|okay|ok|alright) if i|ill|i will|going to|let me|have to|need to)"
        r"(?: just| quickly)? (?:put|place|pop) you on (?:(?:a|brief|short|quick|little) ){0,2}hold\b",
        rf"(?:{_FROM}{_YES}|\b(?:please|you) )stay (?:on the line|with me)(?: for me)?{_THEN}",
        rf"\b(?:please|just|sure|okay) (?:dont|do not) hang up{_THEN}",
        rf"(?:{_FROM}|\b(?:ill|i will|and|just) )be right (?:back|with you)\b|\bill be (?:back )?with you (?:shortly"
        rf"|in (?:just )?a)\b|\bill be back in (?:a|one|1|2)\b",
        rf"\b(?:please wait|{_FROM}{_YES}wait)(?: here)?(?: (?:for )?{_SHORT}| (?=while i\b)){_THEN}",
    ),
}  # fmt: skip

LOOKS_UP: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": (
        # "要不要我帮您查一下" offers it, and waits for the caller.
        f"(?<![要用者帮给替])(?:(?:我|这边){_SOON}|{_FROM}{_SAID_YES}{_AT_ONCE}?){_HELP}{_SOON}{_VERB}(?:{_TRY}|(?=$|\\|"
        f"|[您你](?:先?别|稍)))",
        f"(?<![要用者帮给替])(?:我|{_FROM}{_SAID_YES})(?:{_AT_ONCE}|来|去)就?{_HELP}{_VERB}(?![了过到咗好])",
        f"(?<![要用者想帮给替])我{_SOON}(?:查询|查看|查|看|睇|望|check|找|翻|搵|揾|请示|去{_VERB}|问(?=一?下我们)){_TRY}",
        f"(?<![要用者想帮给替])我{_SOON}(?:核实|核对|核查|确认|查证){_TRY}(?!\\|?[您你](?!反[映应]|的(?:订单|账|帐|合[同约]|[纪记]录|申请|套餐|问题|方案)))",
        f"我(?:{_HELP})?{_SOON}[跟向找和问同]一?[下问]?(?:我|我们|那边|这边)?[^您你|]{{0,4}}{_PERSON}[^您你|]{{0,3}}{_VERB}(?:{_TRY}|{_END})",
        f"我{_SOON}[跟向找和问]一?下?[^您你|]{{0,4}}{_PERSON}(?:那边|这边)?(?:沟通|商量|请示)一?下",
        f"(?:我|{_FROM}{_SAID_YES}|这边|现在){_SOON}正在(?:{_HELP})?{_VERB}",
        f"(?:我|{_FROM}{_SAID_YES}|这边){_SOON}(?:{_HELP})?(?:查询|查找|核实|确认)中",
        f"(?<![要用者想帮给替])我{_SOON}(?:给[您你]|{_HELP})?把[^|]{{1,10}}调出来",
        f"我{_AT_ONCE}就?去?(?:看|查|问|核实|确认)(?:{_END})",
        f"我{_SOON}问一?[下问][^您你|]{{0,2}}{_PERSON}(?:那边|这边)?{_END}",
        f"我{_SOON}(?:系统|后台|电脑)[里上]?(?:查|看){_TRY}",
        f"我{_SOON}(?:查|问)给[您你]",
    ),
    "yue": (
        f"(?<![要使])(?:我{_SOON}|{_FROM}{_SAID_YES}{_AT_ONCE}?){_HELP}{_SOON}跟进{_TRY}",
        f"(?:我|{_FROM}{_SAID_YES}){_SOON}(?:{_HELP})?(?:睇|查|check|搵|揾|核对|确认|问)紧(?![要])",
        f"我{_SOON}(?:同|问)一?[下问]?我?[^您你|]{{0,9}}{_PERSON}(?:嗰边)?(?:{_VERB}下|倾下|先|{_END})",
        f"等我{_SOON}(?:入去|打开|开|拎返|攞返|check|搵|揾|睇|查|问)",
    ),
    "en": (
        rf"{_I_WILL} check(?!(?: your)? understanding| (?:that|the) box| (?:back|in|out|you|in with|i)\b)",
        rf"{_I_WILL} look(?=$|\|| (?:into|at|up|through|for|that|this|it|your|and see|now|in|what|why"
        rf"|here)\b)(?! after)",
        rf"{_I_WILL} see(?=$|\|| (?:what|if|whether|how|why|where|who|when|which)s?\b)",
        rf"{_I_WILL} find(?= (?:out|that|the|your|it|this|what)\b)",
        rf"{_I_WILL} (?:pull|bring)(?= (?:(?:\w+ ){{0,3}}up\b(?! (?:with|to)\b)|(?:your|the) (?:files?|account"
        rf"|records?|details|bill|order)\b))",
        rf"{_I_WILL} (?:get|grab) (?:your|the|that|this|it|some) (?:\w+ )?(?:files?|information|info|details|account"
        rf"|records?|booking|order)\b",
        rf"{_I_WILL} (?:verify|investigate|dig into|review|go through|read through)(?! (?:it |that |this )?with you)",
        rf"{_I_WILL} (?:confirm|verify) (?:(?:this|that|it) )?with (?:a|my|the|our)\b",
        rf"{_I_WILL} (?:ask|speak (?:to|with)|talk to|consult)(?: with)? (?:a|my|the|our|someone in)\b",
        r"\bim(?: just| still| now| currently| also){0,2} (?:checking(?! (?:in|whether|that you|if you|you|back|out)\b)"
        r"|looking (?:into|up|at (?:your|the|it|that|this)|through|for (?:your|the|it)|it up|that up|this up)"
        r"|(?:pulling|bringing|loading|opening|getting)(?: up)? (?:up|your|the|that|it)"
        r"|having a (?:quick )?look|trying to find|going through)\b",
    ),
}  # fmt: skip

# A time nobody spends on the line, somebody who comes later, what the caller is to do then; or the wait is over.
_LATER: Final = re.compile(
    r"的话(?![费题务])|的时间|的时候|的那|[\d几半]个?半?(?:多)?(?:工作[日天]|小时|钟头|钟(?!头)|天|日(?!的)|个月|周|星期|礼拜)"
    r"|明[天日早]|听日|后天|下(?:个?(?:周|星期|礼拜|月)|次)|(?:周|星期|礼拜)[\d一日天末]"
    r"|会(?:有|自动|收到|跳转|更新|恢复|发送)|(?<!马上)就[会能可好到]|(?:[人员您你]|同事|客服|师傅|系统|我们|我哋|短信|工程师)(?:会|将)|联[系络][您你]|回电|回[复覆][您你]"
    r"|打(?:电话)?[俾给返][您你我]|覆[您你]|通知|再(?:试|打|来|登|拨|查|按|重|看(?!看|一?下)|开|call|去|换|插|致)|(?<![之前今然最])[以之]?后(?![台面来])"
    r"|(?:是|系)(?:什么|咩|乜)意思|^儿?(?:可以(?![吗么])|能)|可以去|^(?:一?[下会]儿?)?\|?(?:系统(?:开通|审核|更新)|客服|专员|师傅|工作人员|审核|短信)"
    r"|查到|看到(?!底)|查咗|睇到|是\d|请问|(?:刚[才刚]|啱啱)[说话讲]|(?:提供|报|说|讲)一?[下多遍次]|讲埋|对[吗么]|啱唔啱|哪个月|边个月|发[俾给][您你]"
    r"|\b(?:tomorrow|later|days?|weeks?|hours?|months?|until|next|(?<!^ )again|monday|tuesday|wednesday|thursday"
    r"|friday|weekend|tonight|some(?:one|body) (?:will|else))\b"
    r"|^ and (?!ill|i\b|im|let)|\b(?:ill|well|will) (?:call|email|text|write|phone|ring)\b|\byoull\b|\band then\b"
    r"|\bwhen you\b"
    r"|\b(?:thats not|that isnt|you were|you said|you told)\b|\bfound\b|\bhere it is\b|\b(?:to|before) (?:enter"
    r"|press|try)\b"
)

# Said of another time, another person, or on a condition.
_TALE: Final = re.compile(
    r"让(?:[您你]|客户|用户|大家)(?:[先们]|再)?$|(?:[您你]|佢|他|她)(?:说|话)(?!的)|[您你]让我$|如果|要是|若是|假如|可能|一般|通常"
    r"|刚才|刚刚(?:请|让)|之后|以后|后请|完(?:请|后)|在家|在(?:这|那)[里边儿]|门口|页面上?$|提交|点击|重启|登录|充值|不[用必需](?:再)?$|唔使$|[叫让]$"
    r"|建议"
    r"|\b(?:said|told|asked|says?|if you(?! dont$| dont mind| could)|when|whenever|until|thank you for|thanks for"
    r"|after|every time|they|"
    r"dont have to|no need|you can|you may|didnt|wont|never|before i|would have|keep you)\b"
)
_ANOTHER_TIME: Final = re.compile(
    r"上次|下次|下个?(?:礼拜|星期|周|月)|昨天|寻日|琴日|去年|前天|明天|听日|到时|改天|迟啲|迟[点些]|晚[一点些]|稍后|以后|再打|[想要叫]让?$|要不$|(?:麻烦|请|唔该)[您你]?(?:给|发|传|拍|读|念|截|按|打开|登录|提)|[您你](?:先)?(?:发|传|拍|截|读|念)|如果|要是|需要我"
    r"|想我|要[不唔]要|使[唔不]使|需[不唔]需要|方便的话|授权|俾[^|]{1,10}\|?$|[您你](?:刚[才刚])?说(?!的)"
    r"|\b(?:said|told|asked|when|tomorrow|if(?! you dont mind)|yesterday|later|next|whenever|would like me|after)\b"
)

# The agent wants something of the caller first, or tells what the caller can do.
_ASKED: Final = re.compile(
    r"请问|(?<!谢[您你])(?<!感谢)(?<![已][经])提供(?!的)|(?<!知)报[一下]|(?<!谢[您你])告诉我|[请您你]说一?下|输入|贵姓|把[^|]{1,12}[给俾]我|[发传寄]给我"
    r"|send[^|]{1,8}[来嚟]|(?:号码?|号|名字|姓名|地址)是(?:多少|什么|哪)|[您你]可以(?!稍|等|先等)"
    r"|\b(?:whats your|what is your|(?:give|send|read) me (?:your|the)|confirm your|your (?:date|name|address|post"
    r"|dob|identity|phone|mobile|email|security)\w*|can i (?:take|get)|may i have)\b"
    r"|\b(?:tell me|let me know|number please|shall i|do you|did you|would you like|once)\b"
    r"|\bif you (?:give|tell|have|can|send|want|like|let|need)\b"
)

# What follows the words that look something up is an outcome already, or a time nobody spends on the line, or advice.
_OUTCOME: Final = re.compile(
    r"(?<!哪)(?<!哪[儿里])了(?!解)|查到|看到|显示|已经|确实|的确|(?<!有)[没冇]|(?:是|系(?!统))(?!什么|怎么|不是|否|哪|谁|多少|几|点|咪|边|乜|咩)|\d(?:块|元|兆"
    r"|毛)|(?<!有没有)(?<!是否)(?<!有冇)收到|就(?:会|能|可以|知)|需要[您你]"
    r"|可以(?![吗么不])|得对|对[吗么不]|啱唔啱|陪|不可能|再跟|尽快|优惠价|[您你]哪|边位"
    r"|^(?: that)? (?:i|ive|you|youve|we)\b|^ (?:if|whether) (?:i|ive|you|youve)\b(?! can)|\b(?:with you|call you"
    r"|back to you|let you know|e?mail|text you|before|when i)\b"
    r"|^(?: that|\|)? ?(?:thats|its|youre|you have|you can|i can|i see)\b|\band (?:i|it|its|everything|there|you|we"
    r"|the)\b|\bi (?:can )?see\b|\|(?:yes|no|yeah|you(?:ve|r|re)?)\b|\|(?:what|which|who)s?\b[^|]*\byour?\b|\bits been\b"
    r"|^(?!.*\b(?:what|why|how|where|when|if|whether|which)\b)[^|]*\b(?:is|are|was|were|shows?|says?)\b"
)


def _any_of(rows: Mapping[str, tuple[str, ...]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{row})" for language in rows.values() for row in language))


_ASKS: Final = _any_of(ASKS)
_LOOKS_UP: Final = _any_of(LOOKS_UP)


def clauses(heard: str) -> str:
    """The last words of what was heard, normalised, "|" where the recogniser heard a pause."""
    said = [normalise(clause) for clause in _PAUSE.split(heard[-LOOK_CHARS:])]
    return _CUT * (len(heard) > LOOK_CHARS) + "|".join(clause for clause in said if clause)


def asks_to_wait(heard: str) -> bool:
    """Whether an agent's words, as heard, end in asking the caller to wait, or in saying that something is looked up."""
    said = clauses(heard)
    if any(_still_asks(said, hold.start(), hold.end()) for hold in _ASKS.finditer(said)):
        return True
    if _ASKED.search(said):
        return False
    return any(_still_looks_up(said, hold.start(), hold.end()) for hold in _LOOKS_UP.finditer(said))


def _still_asks(said: str, start: int, end: int) -> bool:
    tail, clause = said[end:], said[:start].rpartition("|")[2][-_BEFORE_CHARS:]
    return units(tail) <= ASKS_TAIL_MAX and not _LATER.search(tail) and not _TALE.search(clause)


def _still_looks_up(said: str, start: int, end: int) -> bool:
    tail, before = said[end:], said[max(0, start - _BEFORE_CHARS) : start]
    if units(tail) > LOOKS_UP_TAIL_MAX or _ANOTHER_TIME.search(before):
        return False
    return not _OUTCOME.search(tail) and not _LATER.search(tail)
