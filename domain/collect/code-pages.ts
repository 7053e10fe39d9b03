/** What a legacy code page is expected to hold, so that a wrong one can be told by what comes out. */
export interface CodePage {
  /** WHATWG name. */
  readonly encoding: string;
  /** `wide`: characters of two bytes. `latin`: letters added to ASCII words. `script`: words of its own letters. */
  readonly kind: 'wide' | 'latin' | 'script';
  /** What is frequent in texts of its languages. */
  readonly common: ReadonlySet<string>;
  /** What its standard holds as everyday characters beside these. */
  readonly everyday: ReadonlySet<string>;
}

const simplified =
  '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运买卖价商店货购客服订单评质差快递包装尺寸红黑绿蓝黄码号套盒瓶箱升米双只件元京沪广州深圳杭';
const traditional =
  '的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運買賣價商店貨購客服訂單評質差快遞包裝尺寸紅黑綠藍黃碼號套盒瓶箱升米雙件元臺灣香港';
const japanese =
  '日一国人年大十二本中長出三時行見月分後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西電校語土木聞食車何南万毎白天母火右友左休父雨品商送料無税込価格在庫新用色定期会社員部店番号住所京都県市町村様式合計数量注文者購入販売';
const korean =
  '이다는을의에가고하지로은인사한기도어서리자시대수나일라를부제정주스그구보장원성전해상동과있아오조만여우년소공세선비신경유문발용안위실계연국미간치중업모드러면할관것개내무합적게방통회요불양트설명별점화교행물판매가격상품번호주소서울배송금액수량색크기';
const westernEurope = 'éèàçùâêîôûëïüöäßñáíóúãõåøæœòìÀÉÈÄÖÜÇÑÅØ’‘“”–—…€£°®™©«»¿¡½¼²³·×´•';
const centralEurope = 'áäčďéěíĺľňóôŕřšťúůýžąćęłńśźżőűöüßăâîşţđÁČĎÉÍŠŽŁŚŻÖÜÓ’“”„–…€°§';
const turkish = 'çğıöşüÇĞİÖŞÜâîû’“”–…€°';
const cyrillic = 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґ№«»–—“”';
const greek = 'αοιετσνηυρπκμλςωίόάέήύώθδγχφβξζψΑΕΙΟΤΣΝΗΡΠΚΜΛ';
const hebrew = 'אבגדהוזחטיכךלמםנןסעפףצץקרשת';
const arabic = 'ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئ،؟';
const thai = 'กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮะัาำิีึืุูเแโใไๅๆ็่้๊๋์';

const page = (
  encoding: string,
  kind: CodePage['kind'],
  common: string,
  everyday: () => Iterable<string> = () => [],
): CodePage => ({ encoding, kind, common: new Set(common), everyday: new Set(everyday()) });

/** The legacy code pages told apart, the likelier first. */
export const codePages: readonly CodePage[] = [
  // GB 2312 level 1: 3755 characters in rows 16 to 55.
  page('gb18030', 'wide', simplified, () => rows('gb18030', 0xb0, 0xd7, 0xa1)),
  // Big5 level 1: 5401 characters.
  page('big5', 'wide', traditional, () => rows('big5', 0xa4, 0xc6, 0x40)),
  // JIS X 0208 level 1.
  page('shift_jis', 'wide', japanese, () => rows('shift_jis', 0x88, 0x98, 0x40)),
  page('euc-jp', 'wide', japanese, () => rows('euc-jp', 0xb0, 0xcf, 0xa1)),
  // KS X 1001: 2350 syllables in rows 16 to 40.
  page('euc-kr', 'wide', korean, () => rows('euc-kr', 0xb0, 0xc8, 0xa1)),
  page('windows-1252', 'latin', westernEurope),
  page('macintosh', 'latin', westernEurope),
  page('windows-1250', 'latin', centralEurope),
  page('iso-8859-2', 'latin', centralEurope),
  page('windows-1254', 'latin', turkish),
  page('windows-1251', 'script', cyrillic),
  page('koi8-r', 'script', cyrillic),
  page('ibm866', 'script', cyrillic),
  page('windows-1253', 'script', greek),
  page('windows-1255', 'script', hebrew),
  page('windows-1256', 'script', arabic),
  page('windows-874', 'script', thai),
];

/** The characters whose first byte lies between two bytes. Source: the tables of the WHATWG Encoding Standard. */
function rows(encoding: string, first: number, last: number, second: number): string[] {
  const decoder = new TextDecoder(encoding);
  const found: string[] = [];
  for (let lead = first; lead <= last; lead++) {
    for (let trail = second; trail <= 0xfe; trail++) {
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if ([...text].length === 1 && text !== '\ufffd') found.push(text);
    }
  }
  return found;
}
