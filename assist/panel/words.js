/* The panel's own words, Chinese and English: states, kinds, intents, emotions, buttons, problems.
 *
 * Data only, and one function to look a word up. A label that editors added and this file does not know is shown as it
 * is. What agents say and callers said never comes from here: it comes from the service. Used by every view.
 */

export const LANGUAGES = ["zh", "en"];

const WORDS = {
  state: {
    idle: ["等待来电", "Waiting for a call"],
    connecting: ["连接中", "Connecting"],
    live: ["已连接", "Connected"],
    waiting: ["重新连接中", "Reconnecting"],
    refused: ["无法连接", "Not connected"],
    replaced: ["已在别处打开", "Opened elsewhere"],
    ended: ["通话已结束", "Call ended"],
  },
  problem: {
    unauthorised: ["口令不对或缺失，请联系管理员。", "The token is missing or wrong. Please ask your administrator."],
    bad_address: ["服务地址不正确。", "The service address is not valid."],
    not_ready: ["服务正在准备，马上重试。", "The service is getting ready. Trying again soon."],
    unknown_call: ["这通电话还没有接入，稍后再试。", "This call has not reached the service yet. Trying again soon."],
    too_many_calls: ["服务已满，稍后再试。", "The service is full. Trying again soon."],
  },
  kind: {
    answer: ["答复", "Answer"],
    phrase: ["话术", "Phrase"],
    empathy: ["共情", "Empathy"],
    alert: ["提醒", "Alert"],
    step: ["步骤", "Step"],
    task: ["待办", "Task"],
  },
  speaker: { caller: ["客户", "Caller"], agent: ["座席", "Agent"] },
  trend: { rising: ["升温", "rising"], steady: ["平稳", "steady"], falling: ["缓和", "easing"] },
  emotion: {
    calm: ["平静", "Calm"],
    anxious: ["焦急", "Anxious"],
    confused: ["困惑", "Confused"],
    dissatisfied: ["不满", "Dissatisfied"],
    angry: ["愤怒", "Angry"],
    disappointed: ["失望", "Disappointed"],
    satisfied: ["满意", "Satisfied"],
    unknown: ["情绪未明", "Mood unclear"],
  },
  intent: {
    greet: ["打招呼", "Greeting"],
    inquire: ["咨询", "Question"],
    report_fault: ["报故障", "Reports a fault"],
    request_service: ["办理业务", "Service request"],
    cancel_service: ["取消业务", "Wants to cancel"],
    dispute_charge: ["费用有异议", "Disputes a charge"],
    request_refund: ["要求退款", "Wants a refund"],
    claim_compensation: ["要求赔偿", "Compensation claim"],
    complain: ["投诉", "Complaint"],
    chase_progress: ["催进度", "Chases progress"],
    request_supervisor: ["找主管或转人工", "Wants a supervisor"],
    threaten_escalation: ["要向外投诉", "Threatens to escalate"],
    bargain: ["要优惠", "Bargains"],
    provide_information: ["提供信息", "Gives details"],
    confirm: ["确认", "Agrees"],
    deny: ["否定", "Declines"],
    ask_repeat: ["请再说一遍", "Asks to repeat"],
    ask_wait: ["请等一下", "Asks to wait"],
    line_problem: ["线路不清", "Line problem"],
    wrong_number: ["打错电话", "Wrong number"],
    nuisance: ["骚扰", "Nuisance"],
    ask_identity: ["核实身份", "Asks who we are"],
    change_language: ["换语言", "Other language"],
    suggest: ["提建议", "Suggestion"],
    thank: ["道谢", "Thanks"],
    apologize: ["道歉", "Apology"],
    goodbye: ["道别", "Goodbye"],
    none: ["无诉求", "No request"],
    unknown: ["诉求未明", "Intent unclear"],
  },
  text: {
    panel: ["座席辅助", "Agent assist"],
    call: ["通话", "Call"],
    words: ["通话内容", "What is said"],
    mood: ["客户情绪与诉求", "Caller's mood and intent"],
    heat: ["情绪热度", "Heat"],
    cards: ["建议", "Suggestions"],
    none: ["听到需要时，建议会出现在这里", "Suggestions appear here when they fit"],
    silent: ["还没有人说话", "Nobody has spoken yet"],
    copy: ["复制", "Copy"],
    copied: ["已复制", "Copied"],
    failed: ["未能复制", "Not copied"],
    dismiss: ["关闭", "Dismiss"],
    more: ["全文", "More"],
    less: ["收起", "Less"],
    provisional: ["待确认", "provisional"],
    steps: ["步骤", "Steps"],
    next: ["客户接着常问", "Often asked next"],
    basis: ["依据", "From"],
    matched: ["命中", "matched"],
    score: ["得分", "score"],
    threshold: ["门槛", "threshold"],
  },
};

/** How hot an emotion is, 0 to 1, where the service does not say: the table of assist/mood.py. */
export const HEAT = {
  satisfied: 0, calm: 0.15, confused: 0.35, anxious: 0.45, disappointed: 0.55, dissatisfied: 0.65, angry: 1,
};

export const ARROWS = { rising: "↑", steady: "→", falling: "↓" };

/** The word for `key` of a group, in the language ("zh" or "en"); an unknown key comes back as plain words. */
export function word(language, group, key) {
  const pair = Object.hasOwn(WORDS[group], key) ? WORDS[group][key] : null;
  return pair ? pair[LANGUAGES.indexOf(language)] : String(key).replaceAll("_", " ");
}

/** Whether the panel has words of its own for `key`. */
export function known(group, key) {
  return Object.hasOwn(WORDS[group], key);
}

/** The hint on keys; Apple keyboards call Alt by another sign. */
export function keysHint(language) {
  const alt = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌥" : "Alt+";
  const shift = alt === "⌥" ? "⌥⇧" : "Alt+Shift+";
  return language === "en" ? `${alt}1–3 copy · ${shift}1–3 dismiss` : `${alt}1–3 复制 · ${shift}1–3 关闭`;
}

/** How many cards wait because the screen is full. */
export function waitingHint(language, count) {
  if (!count) return "";
  return language === "en" ? `${count} more waiting` : `还有 ${count} 条`;
}

/** The language to start with: what is asked for, else Chinese where the browser reads it, else English if it is English. */
export function languageFor(asked, browser = navigator) {
  if (LANGUAGES.includes(asked)) return asked;
  const preferred = [...(browser.languages ?? []), browser.language ?? ""].map((tag) => tag.toLowerCase());
  if (preferred.some((tag) => tag.startsWith("zh") || tag.startsWith("yue"))) return "zh";
  return (browser.language ?? "").toLowerCase().startsWith("en") ? "en" : "zh";
}

/** The `lang` of a text that came from outside, so that Han characters get the right shapes. */
export function languageOf(text) {
  return /\p{Script=Han}/u.test(text) ? "zh-Hans" : "en";
}
