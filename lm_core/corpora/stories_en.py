"""The words of the English stories: who there is and what happens to them, in words that a four-year-old knows."""

from __future__ import annotations

from typing import Final

from lm_core.corpora.stories import Being, Grammar, Plot

_SHE: Final = {"he": "she", "him": "her", "his": "her", "He": "She", "His": "Her"}
_HE: Final = {"he": "he", "him": "him", "his": "his", "He": "He", "His": "His"}

_GIRLS: Final = "Lily Mia Anna Emma Zoe Ella Rosa Nina Lucy Amy Mei Sara Ruby Ada Ivy Hana"
_BOYS: Final = "Tom Ben Max Sam Leo Tim Jack Finn Omar Noah Ravi Otto Hugo Luca Theo Bo"
_ANIMALS: Final = {  # kind: names of hers, names of his
    "mouse": ("Tilly Dot", "Pip"), "rabbit": ("Daisy Clover", "Hop"), "bear": ("Honey", "Bruno Teddy"),
    "fox": ("Rusty Ginger", "Flame"), "cat": ("Momo Luna", "Felix"), "dog": ("Bella", "Rex Buddy"),
    "duck": ("Penny", "Waddle Quill"), "frog": ("Lulu", "Fred Hopper"), "owl": ("Olive", "Hoot Wiz"),
    "squirrel": ("Hazel Nutty", "Chip"), "elephant": ("Ellie", "Jumbo Grey"), "turtle": ("Tara", "Slow Shelly"),
    "bird": ("Robin Kiki", "Sky"), "pig": ("Rosie", "Percy Plum"), "hedgehog": ("Holly", "Spike Thorn"),
}  # fmt: skip

_FRIENDS: Final = tuple(
    Being(kind, name, words)
    for kind, both in _ANIMALS.items()
    for names, words in zip(both, (_SHE, _HE), strict=True)
    for name in names.split()
)
_HEROES: Final = (
    *(Being("girl", name, _SHE) for name in _GIRLS.split()),
    *(Being("boy", name, _HE) for name in _BOYS.split()),
    *_FRIENDS,
)

_COMMON: Final = {
    "opening": (
        "[Once upon a time there was|Once upon a time there lived|There once was|Long ago there was] "
        "a [little|small|kind|happy|shy|brave|funny] {kind} [called|named] {hero}."
    ),
    "home": (
        "{He} lived in [a small house by the river|a red house on a hill|a warm home near the woods|"
        "a little house with a blue door|a cozy home under a big tree]."
    ),
    "likes": (
        "{He} [liked|loved] [red apples|warm soup|the moon|rainy days|long walks|funny songs|sweet berries|"
        "soft blankets|stories before bed] [very much|more than anything|and {his} friends]."
    ),
    "day": "[One day|One morning|One sunny day|One cold morning|One afternoon]",
    "met": "[Then {friend} the {fkind} came by|Just then {friend} the {fkind} came along|{friend} the {fkind} heard {him}]",
    "sad": "[{He} was very sad|{He} began to cry|{He} sat down and cried|Two big tears ran down {his} face]",
    "thanks": '["Thank you, {friend}," said {hero}|"You are a good friend, {friend}," said {hero}|{hero} gave {friend} a big hug]',
    "night": (
        "[That night {hero} slept very well|{hero} went home with a big smile|{hero} was happy all day long|"
        "And {hero} and {friend} were friends from that day on|From then on they played together every day]."
    ),
}

_LOST: Final = Plot(
    "{opening} {He} had a {thing}, and {he} [took it everywhere|played with it every day|loved it very much].\n"
    "{day} the {thing} was gone! {hero} looked [under the bed|behind the door|under the table]. {He} looked "
    "[in the kitchen|in the garden|in the big box]. [It was not there|No {thing}|It was not there, and it was not "
    'here]. "[Oh no|Oh dear]! Where is my {thing}?" said {hero}. {sad}.\n'
    '{met}. "[Do not cry|Do not be sad]," said {friend}. "[I will help you look|Let us look together|Four eyes see '
    'more than two]." They looked [and looked|everywhere|for a long time]. Then {friend} [stopped|smiled|pointed]. '
    '"Look [there|up there|over there]!" {found}.\n{thanks}. {lesson} {night}',
    tuple(
        {"thing": thing, "found": found, "lesson": lesson}
        for thing, found, lesson in (
            ("red ball", "The red ball was in the tall grass, where it had rolled away",
             "{hero} threw the ball, and {friend} threw it back."),
            ("blue hat", "The blue hat was in a tree, where the wind had put it",
             "{He} put the hat on {his} head and held it with both hands."),
            ("teddy", "The teddy was on the wet line with the clean socks, because it had had a bath",
             "The teddy was clean and soft and smelled of flowers."),
            ("yellow boat", "The yellow boat was on the pond, and the ducks were looking at it",
             "{hero} tied a string to the boat, so it would not sail away again."),
            ("warm scarf", "The warm scarf was in a nest, and three baby birds were asleep on it",
             '"They need it more than I do," said {hero}, and {he} let the birds keep it.'),
            ("little drum", "The little drum was behind the shed, under some dry leaves",
             "{hero} played the drum, and {friend} danced: boom, boom, boom!"),
            ("picture book", "The picture book was on the swing, where {hero} had read it last night",
             "They sat on the swing and read the book from start to end."),
            ("silver bell", "The silver bell was in the sand, and it went ding when {friend} stepped on it",
             "{hero} put the bell on {his} door, and it rang for every friend who came."),
        )
    ),
)  # fmt: skip

_LEARN: Final = Plot(
    "{opening} {likes}\n"
    '{day} {hero} saw [some friends|the others] {doing}. "I want to {skill} too," said {hero}. {He} tried, but {fail}. '
    '{He} tried again, and {fail_again}. "[I cannot do it|It is too hard|I will never learn it]," said {hero}. {sad}.\n'
    '{met}. "[I could not do it at first|Nobody can do it the first time|It was hard for me too]," said {friend}. '
    '"{tip}. [I will stay with you|I will help you|We can do it together]." {hero} {did}. {He} [fell down one more time, '
    "but {he} got up|did it once, and then once more|tried all day]. [And then|At last|Little by little], {he} could "
    '{skill}!\n"Look at me!" [cried|called|shouted] {hero}. {friend} [clapped|smiled|laughed with joy]. '
    "[Now {hero} knew: trying again makes you strong.|Now {hero} knew that hard things take time.|It was hard, and that "
    "made it fun.] {night}",
    tuple(
        {"skill": skill, "doing": doing, "fail": fail, "fail_again": again, "tip": tip, "did": did, "not": never,
         **({"helper": helper} if helper else {})}
        for skill, doing, fail, again, tip, did, never, helper in (
            ("swim", "swim in the pond", "{he} got water in {his} nose", "{his} feet did not leave the ground",
             "Lie on the water and kick your legs", "lay on the water and kicked {his} legs", "frog turtle", "duck"),
            ("ride a bike", "ride their bikes", "the bike went left", "the bike fell over",
             "Look at the tree, not at your feet", "looked at the tree and not at {his} feet", "bird duck owl turtle", ""),
            ("sing", "sing a song", "it came out too loud", "it came out too low", "First listen, then sing softly",
             "listened, and then {he} sang softly", "", "bird"),
            ("jump over the log", "jump over the log", "{he} ran into it", "{he} sat down on top of it",
             "Run fast and look ahead", "ran fast and looked ahead", "rabbit bird owl", "frog"),
            ("climb the tree", "climb the tall tree", "{he} slid down", "{his} hands let go",
             "Hold on with one hand and move the other", "held on with one hand and moved the other",
             "bird owl cat elephant turtle duck", "squirrel"),
            ("count to ten", "count to ten", "{he} forgot the number four", "{he} said seven two times",
             "Use your fingers and go slowly", "counted on {his} fingers, slowly", "", "owl"),
            ("bake bread", "bake bread", "it was hard as a stone", "it was black on one side",
             "Give it time, and look at it often", "gave it time and looked at it often", "", ""),
            ("draw a star", "draw stars", "it looked like a potato", "it looked like a spider",
             "Draw five lines and do not lift your pen", "drew five lines and did not lift the pen", "", ""),
        )
    ),
)  # fmt: skip

_HIGH: Final = Plot(
    "{opening} {home}\n"
    "{day} {hero} [was playing with|played with] {his} {thing}. Then {oh}! {hero} reached for it, but {his} arms were too "
    "short. {He} {tried}, but it did not work. {sad}.\n"
    '{met}. "What is wrong?" asked {friend}. "My {thing} is {where}, and I cannot get it," said {hero}. {friend} '
    '[thought|looked up and thought|thought for a while]. "I know [what to do|what we can do]," {f_he} said. {plan}. '
    "[Up, up|Slowly, slowly|One, two, three], and [there it was|{hero} had it back]!\n"
    "{thanks}. [Then they shared a cake|Then they shared some berries|Then they played together until the sun went "
    "down]. [Two friends can do more than one.|What one cannot do, two can.] {night}",
    tuple(
        {"thing": thing, "oh": oh, "where": where, "tried": tried, "plan": plan, "not": never,
         **({"helper": helper} if helper else {})}
        for thing, oh, where, tried, plan, never, helper in (
            ("kite", "the wind took it into a tree", "in the tree", "threw a stick",
             "{f_He} flew to the top and pulled the string free", "bird owl duck squirrel", "bird"),
            ("ball", "it flew onto the roof", "on the roof", "stood on a box",
             "{f_He} put {hero} on {f_his} back and stood up straight", "bird owl duck elephant", "elephant"),
            ("balloon", "it went up and up, into a tree", "in the tree", "called to it",
             "{f_He} ran up the tree and bit through the knot", "bird owl duck squirrel", "squirrel"),
            ("paper plane", "it landed on the high wall", "on the high wall", "pulled at the wall",
             "They put a chair on a table, and {friend} held it while {hero} climbed", "bird owl duck elephant", ""),
            ("ring", "it fell into a deep hole", "in a deep hole", "put {his} arm in",
             "{f_He} was so small that {f_he} could walk right in", "mouse", "mouse"),
            ("toy boat", "it sailed to the middle of the pond", "in the middle of the pond", "took a long stick",
             "{f_He} swam out and pushed it back", "duck frog turtle bird owl", "duck"),
        )
    ),
)  # fmt: skip

_FEAR: Final = Plot(
    "{opening} {likes} But there was one thing that {he} did not like: {fear}.\n"
    '{day} {event}. {hero} [hid under a blanket|closed {his} eyes|stood very still]. "I am scared," {he} [said|cried]. '
    '{friend} the {fkind} was there too. "[It is all right to be scared|I am scared sometimes too|Everybody is scared of '
    'something]," said {friend}. "[Give me your hand|Come and sit by me], and I will tell you something. {truth}."\n'
    "{hero} [held on to {friend}|took {friend} by the hand|sat very close to {friend}]. {look}. [It was not so bad|It was "
    "almost nice|{He} was still a little scared, but only a little]. {then}.\n"
    "[Now {hero} is not afraid any more|Now, when {hero} is afraid, {he} thinks of {friend}|{hero} felt very brave]. "
    "{night}",
    (
        {"fear": "the dark", "event": "the light went out", "truth": "The dark is only the day asleep",
         "look": "They looked out of the window and saw a hundred stars",
         "then": "They counted the stars until they were both asleep", "not": "owl"},
        {"fear": "thunder", "event": "the sky went black and it went boom", "truth": "The clouds are only clapping",
         "look": "After each flash they counted: one, two, three, boom",
         "then": "They made a drum from a pot and played with the thunder", "not": ""},
        {"fear": "deep water", "event": "all the others went into the lake",
         "truth": "You can start with one toe", "look": "First one toe went in, then one foot, then both",
         "then": "The water was warm, and they splashed until lunch", "not": "duck frog turtle"},
        {"fear": "new places", "event": "it was the first day of school", "truth": "Every friend was new one day",
         "look": "{He} said hello to one, and then to two",
         "then": "At noon {he} had three new friends and a picture to take home", "not": ""},
        {"fear": "big dogs", "event": "a very big dog came down the road", "truth": "He only wants to smell your hand",
         "look": "{He} held out {his} hand, and the big dog licked it",
         "then": "The big dog rolled over, and they rubbed his tummy", "not": "dog cat", "helper": "rabbit"},
        {"fear": "the old bridge", "event": "they had to cross the old bridge",
         "truth": "Look at the other side, and it will come to you", "look": "Step by step they walked, and it held",
         "then": "On the other side there were berries, and they ate them all", "not": "bird duck owl"},
    ),
)  # fmt: skip

_SHARE: Final = Plot(
    "{opening} {home}\n"
    '{day} {hero} had {food}. It [smelled good|looked so good|was for lunch]. "This is all for me," said {hero}. '
    'Then {friend} the {fkind} came by. {f_He} had {less}. "[May I have some?|Can I have a little?|I am so hungry.]" '
    "{f_he} said.\n"
    '"No," said {hero}. "It is mine." {friend} [went away|walked away] [with {f_his} head down|and said nothing]. {hero} '
    "began to eat, but {alone}. {He} looked at {part} and thought of {friend}. [It did not taste good any more|Eating "
    'alone was no fun].\n{hero} [ran after|ran to find] {friend}. "I am sorry," {he} said. "Please come and eat with me." '
    "{cut}. They ate, and they [laughed|talked|sang], and it was the best meal of all. "
    "[The next day|A week later] {friend} {back}. {night}",
    (
        {"food": "a big cake", "less": "no cake at all", "alone": "the cake was too big for one",
         "part": "the other half", "cut": "They cut the cake into two", "back": "came with a basket of apples for two"},
        {"food": "ten red berries", "less": "not one berry", "alone": "{he} was full after five",
         "part": "the other five", "cut": "They each had five", "back": "showed {hero} where many more berries grow"},
        {"food": "a pot of soup", "less": "only a hard piece of bread", "alone": "{he} had no bread to go with it",
         "part": "the full pot", "cut": "They put the bread into the soup", "back": "brought a pot of {f_his} own"},
        {"food": "a bag of nuts", "less": "an empty bag", "alone": "{he} could not open them",
         "part": "the hard nuts", "cut": "{friend} opened the nuts with a stone, one for you and one for me",
         "back": "came with the stone again, and {hero} came with the nuts"},
        {"food": "a jar of honey", "less": "some warm bread but no honey", "alone": "it was too sweet alone",
         "part": "the sticky jar", "cut": "They put the honey on the bread", "back": "baked more bread for them both"},
        {"food": "a big orange", "less": "nothing to drink and nothing to eat", "alone": "it was hard to be glad",
         "part": "the bright pieces", "cut": "They counted the pieces, and each had six",
         "back": "found two oranges and gave one to {hero}"},
    ),
)  # fmt: skip

_RAIN: Final = Plot(
    "{opening} {likes}\n"
    "{day} {hero} and {friend} the {fkind} wanted to {plan}. They had [a basket|a bag] with {food}. But on the way the sky "
    'went grey. [Drip, drip, drop|Plip, plop, plip]! It [began to rain|rained and rained]. "[Our day is over|Now we '
    'cannot go|Now it is all wet]," said {hero}. {sad}.\n'
    '"[Wait|Look]," said {friend}, "{idea}." [So they did|And that is what they did]. They sat [close together|side by '
    "side] and ate {food}. The rain [sang on the leaves|went tap, tap, tap|made little rivers]. They {played}.\n"
    '[When the rain stopped|In the end], {after}. "[This was better than our plan|I like rain now|Can it rain tomorrow '
    'too]{mark}" said {hero}. {night}',
    tuple(
        {"plan": plan, "food": food, "idea": idea, "played": played, "after": after, "mark": ","}
        for plan, food, idea, played, after in (
            ("fly a kite", "bread and cheese", "this big leaf can be our roof",
             "made a boat of bark and let it sail down a river", "there was a rainbow from one hill to the other"),
            ("eat on the grass", "two pies", "there is a dry place under the old tree",
             "told each other stories about giants", "every leaf had a drop on it, and each drop had a sun in it"),
            ("go to the lake", "cakes and milk", "we can make a tent from the blanket",
             "played that the tent was a ship at sea", "they took off their shoes and jumped in every puddle"),
            ("pick flowers", "plums and nuts", "the old barn has a door that is never shut",
             "danced in the hay until they were warm", "the flowers were wet and bright, and they picked one each"),
        )
    ),
)  # fmt: skip

_BROKEN: Final = Plot(
    "{opening} {He} had a {thing} that {whose} had made.\n"
    "{day} {hero} was [running|dancing|jumping] in the house. [Bump|Crash|Bang]! The {thing} fell down, and {broke}. "
    '{hero} [felt very bad|did not know what to do]. {He} wanted to {hide}. But then {friend} the {fkind} came in. "What '
    'happened?" asked {friend}.\n'
    '{hero} [said nothing at first|looked at the floor]. Then {he} told {friend} [everything|the truth]. "[I am glad that '
    'you told me|It is good that you said it|Thank you for telling me]," said {friend}. "[We can fix it|Let us fix it '
    'together|Broken things can be mended]." They took {tools}. {hero} held the pieces, and {friend} {fixed}.\n'
    "[It was not like new|One could still see where it broke], but {now}. {hero} told {whose} about it too, and {whose} "
    "[gave {him} a kiss|was not angry|smiled]. [Telling the truth was hard, but it felt good.|Now {hero} does not run in the "
    "house.] {night}",
    tuple(
        {"thing": thing, "whose": whose, "broke": broke, "hide": hide, "tools": tools, "fixed": fixed, "now": now}
        for thing, whose, broke, hide, tools, fixed, now in (
            ("cup", "Grandma", "its handle came off", "put it under the rug", "some glue",
             "put a drop of glue on each side", "{he} liked it more than before"),
            ("wooden horse", "Grandpa", "one leg broke", "put it in the bin", "glue and a string",
             "tied the leg until it was dry", "the horse could stand and even rock"),
            ("doll", "Mom", "one arm came off", "hide it in a drawer", "a needle and thread",
             "made ten small stitches", "the doll could wave again"),
            ("bird house", "Dad", "the roof fell off", "say that the wind did it", "a hammer and two nails",
             "hit the nails, tock, tock", "a bird moved in the same week"),
            ("paper lantern", "Grandma", "there was a big hole in it", "say nothing", "red paper and glue",
             "cut a heart to cover the hole", "the light came through the heart, and the wall was red"),
        )
    ),
)  # fmt: skip

_GIFT: Final = Plot(
    "{opening} {home}\n"
    "Tomorrow was the birthday of {friend} the {fkind}. {hero} wanted to give {f_him} {wish}. {He} looked in {his} [box|"
    'pocket|jar]: there was only [one coin|a button and a string|an old stone]. "[I have no money|I cannot buy it|What can '
    'I give now]{mark}" said {hero}. {sad}.\n'
    'Then {hero} had an idea. "I will make something!" {He} took {made_of}. {He} worked [all day|until the stars came '
    "out|from noon to night]. [It was hard|It took a long time], but at last it was done: {gift}.\n"
    'The next day {hero} gave it to {friend}. {hero} was [afraid|worried]. "[It is only small|I made it myself|It is not '
    'from a shop]," {he} said. {friend} [opened it|looked at it] and [jumped for joy|was very quiet|laughed out loud]. "It '
    'is the best present of all," said {friend}, "because {because}." {night}',
    tuple(
        {"wish": wish, "made_of": made_of, "gift": gift, "because": because, "mark": ","}
        for wish, made_of, gift, because in (
            ("a drum", "an old pot and two spoons", "a drum that went tum, tum, tum", "you made it with your own hands"),
            ("a gold crown", "yellow leaves and a thread", "a crown of leaves", "nobody else has one like it"),
            ("a new book", "paper and pens", "a book about {hero} and {friend}", "it is about us"),
            ("a big toy bear", "two old socks and some hay", "a sock bear with button eyes", "it smells like you"),
            ("a music box", "{his} own voice", "a song with the name of {friend} in it", "nobody ever sang for me before"),
            ("sweets", "flour, milk and honey", "twelve warm cookies", "we can eat them together"),
        )
    ),
)  # fmt: skip

_NEW: Final = Plot(
    "{opening} {He} [had just come|came] to a new {town}, and {he} did not know anybody there.\n"
    "{day} {hero} saw {friend} the {fkind}, who {game}. {hero} wanted to play too, but {he} was shy. {He} stood behind "
    "[a tree|the gate|a wall] and looked. {sad}.\n"
    "Then {thing} [came to {his} feet|rolled to {his} feet|landed next to {him}]. {hero} picked it up. {His} heart went "
    'bump, bump. "[Is this yours?|I think this is yours.]" {he} said [very softly|in a small voice]. "Yes, thank you!" said '
    '{friend}. "[I have nobody to play with|It is no fun alone|I need one more to play]. Do you want to play with me?"\n'
    '"Yes!" said {hero}. They played [until the sun went down|until the moon came out|all day long]. {end}. When {hero} '
    'came home, {he} said, "[I like it here|I have a friend|Today was a good day]." {night}',
    tuple(
        {"town": town, "game": game, "thing": thing, "end": end}
        for town, game, thing, end in (
            ("town", "was kicking a ball", "the ball", "{hero} won once, and {friend} won once"),
            ("street", "was throwing a paper plane", "the paper plane", "The plane flew over three houses"),
            ("village", "was building a house of sticks", "a round stick", "They built a house with two doors"),
            ("school", "was rolling a hoop", "the hoop", "They rolled the hoop up the hill and down again"),
            ("wood", "was picking chestnuts", "a chestnut", "They made two chestnut men who were friends too"),
        )
    ),
)  # fmt: skip

_SEED: Final = Plot(
    "{opening} {likes}\n"
    '{day} {hero} found a [small|tiny|round] seed. "What is in it?" {he} asked. "Put it in the ground and wait," said '
    "{friend} the {fkind}. {hero} [made a hole with {his} finger|dug a little hole], put the seed in and gave it water. "
    "Then {he} sat down and waited. [Nothing happened|There was only brown earth].\n"
    'The next day there was nothing. The day after there was nothing. "[It is a bad seed|It is asleep|It does not want '
    'to come]," said {hero}. {He} wanted to {dig}. "[No, wait|Not yet]," said {friend}. "{wise}." So {hero} gave it water '
    "[every morning|each day] and {while_}. \n"
    "Then one morning there was a [green tip|small green leaf]! It grew and grew: [up to {his} knee|up to {his} nose], and "
    'then over {his} head. [In the summer|At last] {plant}. "[It was all in there|All of this was in one little seed]!" '
    "said {hero}. {shared}. {night}",
    tuple(
        {"dig": dig, "wise": wise, "while_": while_, "plant": plant, "shared": shared}
        for dig, wise, while_, plant, shared in (
            ("dig it up again", "Good things grow in the dark first", "sang it a song",
             "there was a sunflower as big as a plate", "They gave the seeds to the birds, but kept one"),
            ("shake it awake", "It has to make its feet before it can stand", "told it a story",
             "there were ten red tomatoes", "{hero} ate five, and {friend} ate five"),
            ("throw it away", "You cannot see it, but it is busy", "counted the days on the wall",
             "there was a pumpkin so big that two could sit on it", "They made soup, and the whole street had some"),
            ("pull it up", "It knows when to come", "kept the snails away",
             "there were sweet peas in green boats", "They opened the boats and ate the peas one by one"),
        )
    ),
)  # fmt: skip

GRAMMAR: Final = Grammar(
    heroes=_HEROES,
    friends=_FRIENDS,
    common=_COMMON,
    plots=(_LOST, _LEARN, _HIGH, _FEAR, _SHARE, _RAIN, _BROKEN, _GIFT, _NEW, _SEED),
    corrections=(
        (r"\b([Aa]) (?=[aeiou])", r"\1n "),
        (r" +\n", "\n"),
        (r'((?:What can I give now|Can it rain tomorrow too)),"', r'\1?"'),
        (r'hungry\."', 'hungry,"'),
    ),
)
