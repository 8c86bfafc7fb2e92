"""The words of the Chinese stories: who there is and what happens to them, in words that a four-year-old knows."""

from __future__ import annotations

from typing import Final

from lm_core.corpora.stories import Being, Grammar, Plot

_GIRLS: Final = "丽丽 小雨 朵朵 婷婷 圆圆 小雪 甜甜 安安 妞妞 小月 可可 青青"
_BOYS: Final = "明明 小刚 乐乐 豆豆 强强 小宝 阳阳 冬冬 小虎 亮亮 东东 石头"
_ANIMALS: Final = {  # kind: its names
    "小兔子": "白白 跳跳 长耳朵", "小熊": "胖胖 大力 毛毛", "小猫": "咪咪 花花 小黑", "小狗": "汪汪 旺旺 多多",
    "小猪": "呼噜 粉粉 笨笨", "小鸭子": "黄黄 嘎嘎 扁扁", "小猴子": "皮皮 灵灵 蹦蹦", "小松鼠": "果果 大尾巴 快快",
    "小老鼠": "吱吱 米米 点点", "小鸟": "飞飞 喳喳 蓝蓝", "小乌龟": "慢慢 硬壳 稳稳", "小象": "大鼻子 灰灰 重重",
    "小狐狸": "红红 聪聪 火火", "小青蛙": "呱呱 绿绿 荷荷", "小刺猬": "团团 刺刺 球球",
}  # fmt: skip

_FRIENDS: Final = tuple(
    Being(kind, name, {"he": "它", "they": "它们", "a": "一只"})
    for kind, names in _ANIMALS.items()
    for name in names.split()
)
_HEROES: Final = (
    *(Being("小女孩", name, {"he": "她", "they": "他们", "a": "一个"}) for name in _GIRLS.split()),
    *(Being("小男孩", name, {"he": "他", "they": "他们", "a": "一个"}) for name in _BOYS.split()),
    *_FRIENDS,
)

_COMMON: Final = {
    "opening": "[从前|很久以前|在一个小镇上|在大山脚下]，有{a}[快乐的|可爱的|害羞的|勇敢的|好心的|爱笑的]{kind}，[名叫|叫]{hero}。",
    "likes": "{he}[最喜欢|很喜欢][吃红苹果|看月亮|听故事|唱歌|在雨里走路|喝热汤|晒太阳|画画]。",
    "home": "{he}住在[河边的小屋里|山上的红房子里|大树下的家里|有蓝色小门的房子里]。",
    "day": "[有一天|一天早上|一个晴天|一天下午|一个冷冷的早上]",
    "sad": "[{he}难过极了|{he}哭了起来|{he}坐在地上哭了|两颗大大的眼泪掉了下来]",
    "met": "[这时候，{fkind}{friend}走了过来|{fkind}{friend}听见了|正好{fkind}{friend}来了]",
    "thanks": "[“谢谢你，{friend}。”{hero}说|{hero}说：“{friend}，你真是我的好朋友。”|{hero}给了{friend}一个大大的拥抱]",
    "night": "[那天晚上，{hero}睡得很香|{hero}笑着回家了|从那天起，{hero}和{friend}成了好朋友|{hero}高兴了一整天|后来，{they}天天在一起玩]。",
}  # fmt: skip

_LOST: Final = Plot(
    "{opening}{he}有{thing}，[走到哪儿带到哪儿|每天都玩|喜欢得不得了]。\n"
    "{day}，{short}不见了！{hero}找了[床底下|门后面|桌子下面]，又找了[厨房|院子|大箱子]，都没有。“[哎呀|糟了]，我的{short}呢？”{hero}说。{sad}。\n"
    "{met}。“[别哭|别难过]，”{friend}说，“[我帮你找|我们一起找|四只眼睛比两只看得清楚]。”[找呀找|找了好久]，{friend}忽然说：“[快看|你看]！”{found}。\n"
    "{thanks}。{end}。{night}",
    tuple(
        {"thing": thing, "short": short, "found": found, "end": end}
        for thing, short, found, end in (
            ("一个红皮球", "红皮球", "原来红皮球滚到草丛里去了", "{hero}把球扔过去，{friend}又把球扔回来"),
            ("一顶蓝帽子", "蓝帽子", "原来风把蓝帽子吹到树上去了", "{hero}戴上帽子，用两只手按住"),
            ("一只布熊", "布熊", "原来布熊洗了澡，正和袜子一起晒太阳", "布熊又干净又软，闻起来香香的"),
            ("一条黄小船", "小船", "原来小船漂在池塘里，鱼儿正看着它", "{hero}给小船系上绳子，它再也漂不走了"),
            ("一条暖和的围巾", "围巾", "原来围巾在鸟窝里，三只小小鸟睡在上面", "“它们比我更需要。”{hero}说，就把围巾留给了小小鸟"),
            ("一面小鼓", "小鼓", "原来小鼓在树叶下面", "{hero}敲鼓，{friend}跳舞，咚咚咚"),
            ("一本图画书", "图画书", "原来图画书在秋千上，昨天晚上忘在那儿了", "{they}坐在秋千上，从头看到尾"),
        )
    ),
)  # fmt: skip

_LEARN: Final = Plot(
    "{opening}{likes}\n"
    "{day}，{hero}看见大家在{skill}。“我也想{skill}。”{hero}说。{he}试了试，{fail}。{he}又试了一次，{again}。“[我不会|太难了|我永远也学不会]。”{hero}说。{sad}。\n"
    "{met}。“[我一开始也不会|谁第一次都做不好|我以前也觉得难]，”{friend}说，“{tip}。[我陪着你|我来帮你|我们一起来]。”{hero}照着做了，[又摔了一次，可是爬了起来|成了一次，又成了一次|练了整整一天]。[终于|慢慢地|最后]，{he}会{skill}了！\n"
    "“看我！”{hero}[大声喊|高兴地叫]。{friend}[拍起手来|笑了]。[{hero}明白了：多试几次，就会了|{hero}知道了，难的事情要慢慢来]。{night}",
    tuple(
        {"skill": skill, "fail": fail, "again": again, "tip": tip, "not": never, **({"helper": helper} if helper else {})}
        for skill, fail, again, tip, never, helper in (
            ("游泳", "鼻子里进了水", "脚还是不敢离开地", "躺在水上，用腿踢水", "小青蛙 小乌龟", "小鸭子"),
            ("骑车", "车子往左边跑了", "车子倒了", "眼睛看着前面的树，别看脚", "小鸟 小鸭子 小乌龟", ""),
            ("唱歌", "声音太大了", "声音又太小了", "先听，再轻轻地唱", "", "小鸟"),
            ("跳过木头", "撞在木头上", "坐在木头上了", "跑快一点，眼睛看前面", "小兔子 小鸟", "小青蛙"),
            ("爬树", "滑了下来", "手没有抓住", "一只手抓紧，另一只手再动", "小鸟 小猫 小象 小乌龟 小鸭子 小松鼠", "小猴子"),
            ("数到十", "忘了四", "把七数了两次", "用手指头，慢慢数", "", "小狐狸"),
            ("画星星", "画得像土豆", "画得像虫子", "画五条线，笔不要停", "", ""),
        )
    ),
)  # fmt: skip

_HIGH: Final = Plot(
    "{opening}{home}\n"
    "{day}，{hero}在玩{thing}。忽然，{oh}！{hero}伸手去拿，可是手太短了。{he}{tried}，也不行。{sad}。\n"
    "{met}。“怎么了？”{friend}问。“我的{thing}{where}，我拿不到。”{hero}说。{friend}想了想，说：“[我有办法|别急，看我的]。”{plan}。[一、二、三|慢慢地，慢慢地]，{thing}拿到了！\n"
    "{thanks}。[{they}一起吃了蛋糕|{they}一起玩到太阳下山]。[一个做不到，两个就能做到|朋友多了，办法就多]。{night}",
    tuple(
        {"thing": thing, "oh": oh, "where": where, "tried": tried, "plan": plan, "not": never, "helper": helper}
        for thing, oh, where, tried, plan, never, helper in (
            ("风筝", "一阵大风把风筝吹到了树上", "在树上", "扔了一根木棍", "{friend}飞到树顶，把线解开了", "小鸟 小松鼠 小猴子", "小鸟"),
            ("皮球", "皮球飞到了屋顶上", "在屋顶上", "站到箱子上", "{friend}让{hero}骑在背上，站得直直的", "小鸟 小象", "小象"),
            ("气球", "气球飞呀飞，挂在树上了", "挂在树上", "对着气球喊", "{friend}跑上树，咬断了绳子", "小鸟 小松鼠 小猴子", "小松鼠"),
            ("小铃铛", "小铃铛掉进了深深的洞里", "在深深的洞里", "拿棍子去够", "{friend}个子小，一下子就走进去了", "小老鼠", "小老鼠"),
            ("小船", "小船漂到了池塘中间", "在池塘中间", "拿了一根长棍子", "{friend}游过去，把船推了回来", "小鸭子 小青蛙 小乌龟 小鸟", "小鸭子"),
        )
    ),
)  # fmt: skip

_FEAR: Final = Plot(
    "{opening}{likes}可是{he}有一样东西很怕：{fear}。\n"
    "{day}，{event}。{hero}[躲进了被子|闭上了眼睛|一动也不敢动]。“我怕。”{he}说。{fkind}{friend}也在。“[害怕没关系|我有时候也怕|谁都有怕的东西]，”{friend}说，“[把手给我|坐到我身边来]，我告诉你：{truth}。”\n"
    "{hero}[拉住{friend}的手|紧紧靠着{friend}]。{look}。[好像没有那么可怕|{he}还有一点怕，只有一点点]。{then}。\n"
    "[现在{hero}不怕了|后来{hero}一害怕，就想起{friend}|{hero}觉得自己很勇敢]。{night}",
    (
        {"fear": "天黑", "event": "灯忽然灭了", "truth": "天黑就是白天睡着了",
         "look": "{they}看着窗外，天上有一百颗星星", "then": "{they}数星星，数着数着就睡着了"},
        {"fear": "打雷", "event": "天黑了，轰隆一声", "truth": "那是云在拍手",
         "look": "亮一下，{they}就数：一、二、三，轰隆", "then": "{they}拿锅当鼓，和雷一起敲"},
        {"fear": "水", "event": "大家都跳进湖里去了", "truth": "可以先放一个脚趾头", "not": "小鸭子 小青蛙 小乌龟",
         "look": "先是一个脚趾头，再是一只脚，再是两只脚", "then": "水是暖的，{they}玩到了中午"},
        {"fear": "新地方", "event": "是上学的第一天", "truth": "每个朋友都有第一天",
         "look": "{he}先对一个同学说你好，又对两个同学说你好", "then": "到了中午，{he}有了三个新朋友"},
        {"fear": "旧木桥", "event": "{they}要过那座旧木桥", "truth": "看着对面，对面就会走过来", "not": "小鸟 小鸭子",
         "look": "一步，一步，桥一动也不动", "then": "桥那边有很多野果，{they}都吃光了"},
    ),
)  # fmt: skip

_SHARE: Final = Plot(
    "{opening}{home}\n"
    "{day}，{hero}有{food}，[好香|看起来真好吃]。“都是我的。”{hero}说。{fkind}{friend}来了，{less}。“[能给我一点吗|我好饿]？”{friend}说。\n"
    "“不行，是我的。”{hero}说。{friend}[低着头走了|什么也没说，走了]。{hero}吃了起来，可是{alone}。{he}想起了{friend}，[一个人吃，一点也不香|一个人吃，没有意思]。\n"
    "{hero}跑去找{friend}。“对不起，”{he}说，“来和我一起吃吧。”{cut}。{they}一边吃，一边[笑|说|唱]，这是最好吃的一顿。[第二天|过了几天]，{friend}{back}。{night}",
    (
        {"food": "一个大蛋糕", "less": "什么吃的也没有", "alone": "蛋糕太大了，怎么也吃不完", "cut": "{they}把蛋糕切成两半", "back": "送来了两个苹果"},
        {"food": "十个红果子", "less": "一个果子也没有", "alone": "吃了五个就饱了", "cut": "{they}一个五个", "back": "带{hero}去摘了更多的果子"},
        {"food": "一锅热汤", "less": "只有一块硬面包", "alone": "没有面包，汤也不好喝", "cut": "{they}把面包放进汤里", "back": "也煮了一锅汤"},
        {"food": "一袋坚果", "less": "只有一个空袋子", "alone": "坚果太硬了，打不开", "cut": "{friend}用石头打开坚果，你一个，我一个", "back": "又带来了那块石头"},
        {"food": "一罐蜂蜜", "less": "只有一块热面包", "alone": "光吃蜂蜜太甜了", "cut": "{they}把蜂蜜涂在面包上", "back": "给{hero}烤了一个新面包"},
    ),
)  # fmt: skip

_RAIN: Final = Plot(
    "{opening}{likes}\n"
    "{day}，{hero}和{fkind}{friend}要去{plan}，带了{food}。走到半路，天变黑了。[滴答，滴答|哗啦，哗啦]，[下雨了|雨越下越大]。“[去不成了|全都湿了]。”{hero}说。{sad}。\n"
    "“[等一等|你看]，”{friend}说，“{idea}。”{they}[挨在一起|坐在一起]，吃着{food}。[雨在树叶上唱歌|地上有了一条条小河]。{they}{played}。\n"
    "雨停了，{after}。“[这样更好玩|我喜欢下雨了|明天还下雨就好了]！”{hero}说。{night}",
    tuple(
        {"plan": plan, "food": food, "idea": idea, "played": played, "after": after}
        for plan, food, idea, played, after in (
            ("放风筝", "面包", "这片大叶子可以当屋顶", "用树皮做了一条小船，让它漂走", "天上有一道彩虹"),
            ("草地上吃饭", "饺子", "那棵老树下面是干的", "讲起了巨人的故事", "每片叶子上都有一颗水珠，每颗水珠里都有一个太阳"),
            ("湖边", "蛋糕", "我们可以用毯子搭帐篷", "把帐篷当成大海里的船", "{they}脱了鞋，见到水坑就跳"),
            ("摘花", "花生", "那间旧屋子的门从来不关", "在干草上跳舞，跳得暖暖的", "花儿又湿又亮，{they}一人摘了一朵"),
        )
    ),
)  # fmt: skip

_BROKEN: Final = Plot(
    "{opening}{he}有{thing}，是{whose}做的。\n"
    "{day}，{hero}在屋里[跑来跑去|跳来跳去]。[啪|哐当]一声，{short}掉在地上，{broke}。{hero}心里很难过，想{hide}。这时候{fkind}{friend}进来了。“怎么了？”{friend}问。\n"
    "{hero}[先是不说话|看着地]，后来把事情都说了。“[谢谢你告诉我|你说了真话，真好]，”{friend}说，“[我们来修|坏了的东西可以修好]。”{they}拿来{tools}。{hero}扶着，{friend}{fixed}。\n"
    "[虽然不像新的|虽然还看得出来]，可是{now}。{hero}也告诉了{whose}，{whose}[没有生气|亲了亲{he}|笑了]。[说真话很难，可是说了心里真舒服|从此{hero}不在屋里乱跑了]。{night}",
    tuple(
        {"thing": thing, "short": short, "whose": whose, "broke": broke, "hide": hide, "tools": tools, "fixed": fixed,
         "now": now}
        for thing, short, whose, broke, hide, tools, fixed, now in (
            ("一个杯子", "杯子", "奶奶", "把手断了", "把它藏到床底下", "胶水", "在两边各点了一滴胶水", "{hero}比以前更喜欢它了"),
            ("一匹木马", "木马", "爷爷", "断了一条腿", "把它扔掉", "胶水和绳子", "把腿绑好，等它干", "木马又能站、又能摇了"),
            ("一个布娃娃", "布娃娃", "妈妈", "掉了一只手", "把它藏进抽屉", "针和线", "缝了十小针", "布娃娃又能招手了"),
            ("一间小鸟屋", "小鸟屋", "爸爸", "屋顶掉了", "说是风吹的", "锤子和两根钉子", "笃笃笃地钉好了", "当天就有鸟住了进去"),
            ("一个纸灯笼", "纸灯笼", "奶奶", "破了一个大洞", "什么也不说", "红纸和胶水", "剪了一颗心，贴在洞上", "光从心里照出来，满墙都是红的"),
        )
    ),
)  # fmt: skip

_GIFT: Final = Plot(
    "{opening}{home}\n"
    "明天是{fkind}{friend}的生日。{hero}想送{wish}。{he}看了看[口袋|盒子|罐子]，里面只有[一个硬币|一颗扣子|一块石头]。“[我没有钱|我买不起]。”{hero}说。{sad}。\n"
    "{hero}忽然有了主意：“我自己做！”{he}拿来{made_of}，[做了一整天|从早做到晚|一直做到星星出来]。终于做好了，是{gift}。\n"
    "第二天，{hero}把礼物送给{friend}，心里有点怕。“[只是个小礼物|是我自己做的]。”{he}说。{friend}看了，[高兴得跳起来|笑得好开心]。“这是最好的礼物，”{friend}说，“因为{because}。”{night}",
    tuple(
        {"wish": wish, "made_of": made_of, "gift": gift, "because": because}
        for wish, made_of, gift, because in (
            ("一面鼓", "旧锅和两把勺子", "一面咚咚响的鼓", "是你亲手做的"),
            ("一顶金帽子", "黄叶子和线", "一顶叶子做的帽子", "谁也没有一样的"),
            ("一本新书", "纸和笔", "一本写{hero}和{friend}的书", "书里有我们"),
            ("一只大布熊", "两只旧袜子", "一只扣子眼睛的袜子熊", "有你的味道"),
            ("糖果", "面粉、牛奶和蜂蜜", "十二块热饼干", "我们可以一起吃"),
        )
    ),
)  # fmt: skip

_NEW: Final = Plot(
    "{opening}{he}[刚刚|才]搬到新的{town}，谁也不认识。\n"
    "{day}，{hero}看见{fkind}{friend}在{game}。{hero}也想玩，可是不敢说。{he}站在[大树|门|墙]后面看。{sad}。\n"
    "忽然，{thing}到了{he}脚边。{hero}捡了起来，心怦怦地跳。“[这是你的吗？|这是你的吧？]”{he}小声说。“是的，谢谢你！”{friend}说，“[没有谁和我玩|一个人玩没意思]，你和我一起玩，好吗？”\n"
    "“好！”{hero}说。{they}玩到[太阳下山|月亮出来]。{end}。回到家，{hero}说：“[我喜欢这里|我有朋友了|今天真好]。”{night}",
    tuple(
        {"town": town, "game": game, "thing": thing, "end": end}
        for town, game, thing, end in (
            ("小镇", "踢球", "球", "{hero}赢了一次，{friend}也赢了一次"),
            ("村子", "扔纸飞机", "纸飞机", "纸飞机飞过了三间房子"),
            ("学校", "滚铁圈", "铁圈", "{they}把铁圈滚上山，又滚下来"),
            ("树林", "捡栗子", "一颗栗子", "{they}用栗子做了两个小人，两个小人也是朋友"),
        )
    ),
)  # fmt: skip

_SEED: Final = Plot(
    "{opening}{likes}\n"
    "{day}，{hero}捡到一颗小小的种子。“里面有什么？”{he}问。“种到土里，等一等。”{fkind}{friend}说。{hero}挖了一个小洞，把种子放进去，浇了水，坐下来等。[什么也没有|只有黄黄的土]。\n"
    "第二天，什么也没有。第三天，还是什么也没有。“[这颗种子坏了|它睡着了|它不想出来]。”{hero}说，{he}想{dig}。“[等一等|别急]，”{friend}说，“{wise}。”{hero}就天天浇水，{then}。\n"
    "一天早上，土里冒出了一点绿！它长呀长，长得比{hero}还高。[到了夏天|最后]，{plant}。“[原来都在里面|原来都在一颗小种子里]！”{hero}说。{shared}。{night}",
    tuple(
        {"dig": dig, "wise": wise, "then": then, "plant": plant, "shared": shared}
        for dig, wise, then, plant, shared in (
            ("把它挖出来", "好东西要先在黑黑的地方长", "给它唱歌", "开出了盘子一样大的向日葵", "{they}把瓜子送给小鸟，只留下一颗"),
            ("把它摇醒", "它要先长脚，才站得起来", "给它讲故事", "长出了十个红红的西红柿", "{hero}吃了五个，{friend}吃了五个"),
            ("把它扔掉", "你看不见，可是它正忙着呢", "在墙上一天画一笔", "长出了坐得下两个人的大南瓜", "{they}煮了南瓜汤，大家都来喝"),
            ("把它拔出来", "它知道什么时候出来", "把虫子赶走", "长出了甜甜的豆子", "{they}坐在一起，一颗一颗地吃"),
        )
    ),
)  # fmt: skip

GRAMMAR: Final = Grammar(
    heroes=_HEROES,
    friends=_FRIENDS,
    common=_COMMON,
    plots=(_LOST, _LEARN, _HIGH, _FEAR, _SHARE, _RAIN, _BROKEN, _GIFT, _NEW, _SEED),
    corrections=(("我好饿？", "我好饿。"), ("。”。", "。”")),
)
