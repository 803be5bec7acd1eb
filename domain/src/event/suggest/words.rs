//! What is compared: the words, pairs of characters and single characters of a text.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jieba_rs::Jieba;

/// Longer texts are judged by their beginning, which is where people say what is the matter.
const LONGEST: usize = 2000;

// Common words, and all words of the wordings, from jieba's dictionary (MIT licence): a tenth of the whole one's memory,
// and no worse here, since a word that is in no wording says nothing.
const DICTIONARY: &str = include_str!("../../../../data/words.txt");

static JIEBA: LazyLock<Jieba> = LazyLock::new(|| {
    let mut jieba = Jieba::empty();
    // Without the dictionary the pairs of characters still work; a test makes sure it loads.
    let _ = jieba.load_dict(&mut DICTIONARY.as_bytes());
    jieba
});

/// What stands in nearly every text and tells nothing.
const SILENT: &str = "\
    我 你 他 她 它 的 了 是 在 有 和 也 就 都 着 过 吗 呢 吧 啊 呀 哦 哈 这 那 个 不 没 很 太 到 去 来 给 把 被 要 说 好 人 上 下 里 大 小 多 几 一 两 还 又 从 对 跟 为 以 想 \
    我们 你们 他们 我家 这个 那个 一个 能不能 可以 请问 怎么 怎么办 什么 希望 没有 现在 已经 一直 经常 总是 每天 天天 \
    你好 您好 谢谢 麻烦 帮忙 帮我 处理 解决 反映 反应 投诉 举报 尽快 赶紧 赶快 有关 部门 领导 相关 政府 因为 所以 但是 而且 还有 就是 不是 还是 可是 如果 时候 以后 之后 然后 \
    真的 觉得 知道 这么 那么 这样 那样 这里 那里 这边 那边 一下 一点 一样 好几 几天 好几天 十几 几个 十几个 嘅 系 咗 啲 嚟 喺 \
    the a an is are was were be been to of in on at my our i we you he she it they his her their this that there and or for from with not no can \
    cannot how do does did me us has have had would should will who what when where which so very too just all any some by up out about as please every";

/// Where things happen. Anything can happen there, so such a word says less than the wordings make it seem.
const PLACES: &str = "\
    小区 楼下 楼上 楼道 门口 家门口 公园 学校 小学 中学 校门口 幼儿园 公交站 公交站台 公交车 地铁口 地铁站 地铁 超市 便利店 杂货店 药店 餐馆 饭店 餐厅 \
    大排档 夜宵摊 酒店 停车场 车库 地库 医院 路口 十字路口 马路 路上 路边 人行道 自行车道 广场 菜市场 城中村 村口 村里 商场 店铺 商铺 小店 小吃店 工厂 厂里 办公楼 写字楼 \
    宿舍 公寓 天桥 绿化带 河边 江边 绿道 步道 巷子 巷口 小巷 街上 街道 社区 工地 单元门 大堂 大厅 走廊 阳台 厨房 邻居 隔壁 对面 旁边 附近 \
    早高峰 晚高峰 放学 下班 上班 早上 晚上 半夜 中午 凌晨 昨晚 昨天 今天 骑车 小孩 孩子 老人 过年";

static PLACE_WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| PLACES.split_whitespace().collect());
const LONGEST_PLACE: usize = 4;

static IS_SILENT: LazyLock<BTreeSet<&str>> = LazyLock::new(|| SILENT.split_whitespace().collect());

// Texts come in traditional characters too. One for one, only what is used in such complaints.
const TRADITIONAL: &str = "\
    電樓門車裝燈壞醫護養殘廣場聲響鄰師買賣錢費網證稅單戶區廠衛環髒汙溝蓋欄標誌線纜掛樹葉鳥貓豬雞鴨魚蟲蟻蠅獸腳頭髮臉臺檯颱風\
    災難傷處藥館飯燒煙塵漿輪轉運鐵銅鋼構築層頂陽違亂擺攤檔鋪舖氣體斷纏絕訊號寬帶絡開關鎖鑰簾牆磚縫邊壩澇積濕滿噴湧壓復習學園\
    業務員資發補償賠還繳納險勞動爭議糾紛協調離兒孫贍撫遺產繼異爺媽長歲齡殯診療針劑檢驗傳熱瀉嘔觸麼麽嗎們個這裡裏從來對時間點\
    鐘週擾靜覺練鑽頻廳際遊戲賭騙詐騷賊竊盜搶毆鬥槍黃劇財報訴狀審執罰條約簽續辭職訂購貨質價佔舊輛駛騎闖紅綠銹鏽屍糞餘過進遲預\
    綁貼灑擋陰擊溫緊隊淨陣墊衝賬結製聽勸攔後麵劃別剛勢匯華嚇嚴問啞喪圍圖團墜塊壯奪婦寧寶實將尋導岡峽強彈徑恆惡慘慮慶應懸戰擔\
    據擴攝敗敵斃暫曬朧東棄楊極榮樁機檻櫃歐歡氫沒況洩涼淚測渾滅滯滲潑潔瀝烏熒獎現瑪畫當瘋癢盤眾睏瞞礙祕禮種稱穩窩竄筆節範簡籃\
    籠糧級終組細絲給統綿緯編緩縣縮總績織繞繩罵聞聯聖臨興舉莊菸蔔蕩薑藍蘋術複襪見規視親計訓記許設試話該詳認誤誰課談論講謝譯讀\
    變讓負貢貧貪貫貴貸賀賓賞趕跡踐軌軍軟較載輔輕輸農鄉鄧釋釘釣鈔鉤銀銷鋁錄錯鍋鎮鏈鏡鑒閃閉閒閘閣陸陳隨隱隸雖雙雜霧靈項順須領\
    題額願顧顯飛飲饑馬駕驚驟鬧鬱魯鮮鯊黨齊齒龍龜";
const SIMPLIFIED: &str = "\
    电楼门车装灯坏医护养残广场声响邻师买卖钱费网证税单户区厂卫环脏污沟盖栏标志线缆挂树叶鸟猫猪鸡鸭鱼虫蚁蝇兽脚头发脸台台台风\
    灾难伤处药馆饭烧烟尘浆轮转运铁铜钢构筑层顶阳违乱摆摊档铺铺气体断缠绝讯号宽带络开关锁钥帘墙砖缝边坝涝积湿满喷涌压复习学园\
    业务员资发补偿赔还缴纳险劳动争议纠纷协调离儿孙赡抚遗产继异爷妈长岁龄殡诊疗针剂检验传热泻呕触么么吗们个这里里从来对时间点\
    钟周扰静觉练钻频厅际游戏赌骗诈骚贼窃盗抢殴斗枪黄剧财报诉状审执罚条约签续辞职订购货质价占旧辆驶骑闯红绿锈锈尸粪余过进迟预\
    绑贴洒挡阴击温紧队净阵垫冲账结制听劝拦后面划别刚势汇华吓严问哑丧围图团坠块壮夺妇宁宝实将寻导冈峡强弹径恒恶惨虑庆应悬战担\
    据扩摄败敌毙暂晒胧东弃杨极荣桩机槛柜欧欢氢没况泄凉泪测浑灭滞渗泼洁沥乌荧奖现玛画当疯痒盘众困瞒碍秘礼种称稳窝窜笔节范简篮\
    笼粮级终组细丝给统绵纬编缓县缩总绩织绕绳骂闻联圣临兴举庄烟卜荡姜蓝苹术复袜见规视亲计训记许设试话该详认误谁课谈论讲谢译读\
    变让负贡贫贪贯贵贷贺宾赏赶迹践轨军软较载辅轻输农乡邓释钉钓钞钩银销铝录错锅镇链镜鉴闪闭闲闸阁陆陈随隐隶虽双杂雾灵项顺须领\
    题额愿顾显飞饮饥马驾惊骤闹郁鲁鲜鲨党齐齿龙龟";

static SIMPLE: LazyLock<BTreeMap<char, char>> = LazyLock::new(|| TRADITIONAL.chars().zip(SIMPLIFIED.chars()).collect());

/// The text in small letters, half-width and simplified characters, cut to the length that is judged.
fn plain(text: &str) -> String {
    text.chars()
        .take(LONGEST)
        .map(|letter| match letter {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
            _ => SIMPLE.get(&letter).copied().unwrap_or(letter),
        })
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// How much a part counts by its kind, in tenths: Latin words are few, so each says more; a long word's pairs count already.
pub(super) fn weight_of_kind(part: &str) -> u32 {
    let mut letters = part.chars();
    match (letters.next(), letters.next(), letters.next()) {
        (Some(first), ..) if !is_han(first) => 15,
        (Some(_), None, _) => 9,
        (_, _, None) => 10,
        _ => 7,
    }
}

/// Whether a part is a mere character, which alone is no reason to suggest anything.
pub(super) fn is_character(part: &str) -> bool {
    part.chars().nth(1).is_none()
}

/// The parts of a text that may say something, in a fixed order, with whether they stand in more than a place word.
pub(super) fn parts(text: &str) -> BTreeMap<Box<str>, bool> {
    let text = plain(text);
    let places = place_spans(&text);
    let mut parts: BTreeMap<Box<str>, bool> = BTreeMap::new();
    let mut add = |part: &str, start: usize, end: usize| {
        if !IS_SILENT.contains(part) {
            let free = !places.iter().any(|(from, to)| *from <= start && end <= *to);
            *parts.entry(part.into()).or_default() |= free;
        }
    };
    // All words, also those within others: no probabilities are weighed, so nothing depends on a machine's rounding.
    for token in JIEBA.cut_all(&text) {
        let word = token.word;
        if word.chars().all(|letter| letter.is_ascii_alphanumeric()) {
            if !IS_SILENT.contains(word) {
                add(stem(word), token.byte_start, token.byte_end);
            }
        } else if word.chars().all(is_han) {
            add(word, token.byte_start, token.byte_end);
        }
    }
    let mut before: Option<usize> = None;
    for (at, letter) in text.char_indices() {
        if !is_han(letter) {
            before = None;
            continue;
        }
        let end = at + letter.len_utf8();
        add(&text[at..end], at, end);
        if let Some(start) = before {
            add(&text[start..end], start, end);
        }
        before = Some(at);
    }
    parts
}

/// Where place words begin and end, the longest at each beginning.
fn place_spans(text: &str) -> Vec<(usize, usize)> {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).chain([text.len()]).collect();
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (place, (start, _)) in text.char_indices().enumerate() {
        let longest = ends.iter().skip(place + 1).take(LONGEST_PLACE - 1).rfind(|end| PLACE_WORDS.contains(&text[start..**end]));
        spans.extend(longest.map(|end| (start, *end)));
    }
    spans
}

/// An English word without its commonest endings.
fn stem(word: &str) -> &str {
    ["ing", "ed", "es", "s"].iter().find_map(|ending| word.strip_suffix(ending).filter(|rest| rest.len() > 2)).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_there() {
        assert!(JIEBA.has_word("井盖") && JIEBA.has_word("电动车"));
    }

    #[test]
    fn the_two_scripts_go_together() {
        assert_eq!(TRADITIONAL.chars().count(), SIMPLIFIED.chars().count());
        assert_eq!(parts("電樓門壞"), parts("电楼门坏"));
    }

    #[test]
    fn parts_are_words_pairs_and_characters() {
        let parts = parts("楼下ＷＩＦＩ坏了。Lights!");
        for part in ["楼", "楼下", "坏", "坏了", "wifi", "light"] {
            assert!(parts.contains_key(part), "{part}");
        }
        assert!(!parts.contains_key("下坏"), "a pair does not reach across other signs");
    }
}
