"""Whether an agent asks the caller to wait: "请稍等", "我帮您查一下", "我幫你睇下", "let me check that for you".

The nearest standard sentence cannot tell: so few words lie as near to "我已经帮您查过了" and "您可以自己查一下". So these
are patterns over normalised text. In doubt it is no hold: one that is none brings cards that are wrong. Pure; called
by `call`.
"""

import re
from typing import Final

from assist.text import units

TAIL_MAX: Final = 16  # characters or words after those that ask: what is looked up, a politeness; more is a story

_VERB: Final = "(?:查询|查看|检查|核实|核对|核查|确认|了解|查|看|睇|问|翻|调|搜|check)"
_TRY: Final = (
    "(?:一?下(?![子来])|吓|看看|一?看|一?查|一?睇)(?![了过到])"  # makes a verb tentative, so not done yet: 查一下, 看看
)
_SOON: Final = "(?:这边|这里|先|再|这就|现在|马上|立刻|即刻|而家|来|就)*"
_I_WILL: Final = r"\b(?:let me|lemme|allow me to|ill|i will|im(?: just)? going to|i(?:ll)? need to)"
_ASIDE: Final = "(?: just| quickly| first| please| now| also| go and| have a| take a| do a| quick)*"

_HOLD: Final = re.compile(
    "|".join([
        # Asks in so many words. "等会儿我帮您转接" and "等一下会收到短信" do not: there it means "soon".
        "稍等|稍候",
        "(?:请|麻烦|劳烦|唔该|您|你|先|方便)(?:在?线上?|耐心)?(?:等我|等等|等一等|等一?[下阵]|等一?会|等多阵|等片刻)",
        "^等(?:我|等|一?阵)",
        "(?:别|不用|不要|唔使|唔好)(?:挂(?![心念失怀])|收线)",
        r"\b(?:bear with me|(?:hold|hang) on(?! to\b)|(?:please|can you|could you) hold(?! the\b| down\b)|mind holding)\b",
        r"\b(?<!ill )(?<!i will )stay on the line\b",
        r"\b(?<!in )(?<!for )(?<!takes )(?<!take )(?:a|one|1) (?:moment|second|sec|minute)\b",
        r"\b(?:may i|can i|could i|ill|going to|let me|have to)(?: just)? (?:put|place) you on (?:a |brief )*hold\b",
        # Says that something is looked up now. "要不要我帮您查一下" offers it, and waits for the caller.
        f"(?<![要用者])(?:我|这边|^(?:好的?|嗯|行|那)?){_SOON}[帮给替为同][您你]{_SOON}{_VERB}(?:{_TRY}|$)",
        f"(?<![要用者])我{_SOON}(?:查询|查看|查|看|睇|去{_VERB}|问(?=一?下我们)){_TRY}",
        f"我{_SOON}[跟向找和问]一?下?[^您你]{{0,6}}(?:同事|主管|后台|部门|经理|技术)[^您你]{{0,4}}{_VERB}?{_TRY}",
        rf"{_I_WILL}{_ASIDE} (?:check|look|see(?! to\b)|find|pull (?:it|that|up)|ask (?:my|the|our))\b",
        r"\bim(?: just)? (?:checking|looking)\b",
        rf"{_I_WILL} (?:ask|confirm|verify|check)(?: this| that| it)? with (?:a|my|the|our)\b",
    ])
)  # fmt: skip

# The agent wants something of the caller first, or tells what the caller can do.
_ASKED: Final = re.compile(
    r"请问|提供|报[一下]|告诉我|说一?下|输入|贵姓|(?:号码?|号|名字|姓名|地址)是(?:多少|什么|哪)|[您你]可以(?!稍|等|先等)"
    r"|\b(?:whats your|what is your|(?:give|send|read) me (?:your|the)|confirm your|can i (?:take|get)|may i have)\b"
    r"|\b(?:tell me|number please|shall i|do you|did you|would you like|once)\b|(?<!check )(?<!see )(?<!out )\bif\b"
)

# What follows the words that ask is an outcome already, or a time nobody spends on the line, or advice.
_OUTCOME: Final = re.compile(
    r"了(?!解)|查到|看到|显示|已经|没有?问题|是(?!什么|怎么|不是|否|哪|谁|多少|几)|\d(?:块|元|兆|毛)|收到|就(?:会|能|可以)"
    r"|可以(?![吗么不])|再[试打来登拨]|后(?!台)|[\d几]个?(?:工作日|小时|天|月|周)|陪"
    r"|^(?: that| if| whether)? (?:i|ive|i have|you|we)\b|\b(?:with you|call you|back to you|email|again|before|until)\b"
    r"|\b(?:tomorrow|later|days?|weeks?|hours?)\b"
    r"|^(?!.*\b(?:what|why|how|where|when|if|whether|which)\b).*\b(?:is|are|was|were|shows?|says?)\b"
)


def asks_to_wait(said: str) -> bool:
    """Whether an agent's words, normalised, end in asking the caller to wait, or in saying that something is looked up."""
    holds = list(_HOLD.finditer(said))
    if not holds or _ASKED.search(said):
        return False
    tail = said[holds[-1].end() :]
    return units(tail) <= TAIL_MAX and not _OUTCOME.search(tail)
