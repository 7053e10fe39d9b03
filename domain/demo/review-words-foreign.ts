import type { Opinions } from './review-words.ts';
import type { Department } from './vocabulary.ts';

/** Whole German sentences by department. */
export const germanOpinions: Readonly<Record<Department, Opinions>> = {
  Shoes: {
    good: [
      'Die Passform ist perfekt, keine einzige Blase.',
      'Auch nach langen Strecken bequem.',
      'Die Sohle greift selbst auf nassem Untergrund.',
    ],
    bad: [
      'Die Sohle hat sich nach zwei Wochen gelöst.',
      'Fällt viel zu klein aus.',
      'Schon auf der ersten Tour nasse Füße.',
    ],
  },
  Clothing: {
    good: [
      'Der Stoff ist weich und kratzt überhaupt nicht.',
      'Sitzt wie angegossen und hält warm.',
      'Auch nach vielen Wäschen noch wie neu.',
    ],
    bad: [
      'Nach der ersten Wäsche eingelaufen.',
      'Die Naht ist nach einer Woche aufgegangen.',
      'Der Reißverschluss klemmt ständig.',
    ],
  },
  Outdoor: {
    good: [
      'Hat Sturm und Regen ohne Probleme überstanden.',
      'Sehr leicht und trotzdem robust.',
      'Alles ist durchdacht und sauber verarbeitet.',
    ],
    bad: [
      'Nach einer Stunde Regen war alles nass.',
      'Ein Gurt ist beim zweiten Ausflug gerissen.',
      'Viel zu schwer für längere Touren.',
    ],
  },
  Kitchen: {
    good: [
      'Liegt hervorragend in der Hand.',
      'Lässt sich kinderleicht reinigen.',
      'Jeden Tag im Einsatz und immer noch top.',
    ],
    bad: [
      'Die Beschichtung blättert schon ab.',
      'Nach sechs Wochen kaputt.',
      'Der Griff wackelt von Anfang an.',
    ],
  },
  Electronics: {
    good: [
      'Der Klang ist für die Größe erstaunlich.',
      'Der Akku hält ewig.',
      'Einrichten dauerte keine Minute.',
    ],
    bad: ['Die Verbindung bricht ständig ab.', 'Wird beim Laden gefährlich heiß.', 'Nach einem Monat tot.'],
  },
  Home: {
    good: [
      'Sieht im Zimmer wunderschön aus.',
      'Sehr angenehmes Material.',
      'Passt genau und wirkt hochwertig.',
    ],
    bad: [
      'Riecht stark nach Chemie.',
      'Kam mit einem Riss an.',
      'Die Farbe sieht ganz anders aus als im Bild.',
    ],
  },
};

export const germanFrames = {
  good: {
    openings: ['Sehr zufrieden.', 'Klare Empfehlung!', 'Genau das Richtige.'],
    closings: ['Gerne wieder.', 'Volle Punktzahl.', ''],
  },
  mixed: {
    openings: ['Durchwachsen.', 'Geht so.', 'Für den Preis in Ordnung.'],
    closings: ['Mal sehen, wie lange es hält.', ''],
  },
  bad: {
    openings: ['Leider enttäuscht.', 'Finger weg.', 'Geht zurück.'],
    closings: ['Nie wieder.', 'Geld zurück, bitte.', ''],
  },
} as const;

/** Whole Chinese sentences by department. */
export const chineseOpinions: Readonly<Record<Department, Opinions>> = {
  Shoes: {
    good: ['穿着很舒服，走一天脚也不疼。', '鞋底防滑，雨天也很稳。', '尺码很准，包裹性好。'],
    bad: ['穿了两周就开胶了。', '尺码偏小，磨脚。', '第一次下雨就进水。'],
  },
  Clothing: {
    good: ['面料柔软，不扎皮肤。', '洗了很多次也没有变形。', '保暖又轻便，版型很好。'],
    bad: ['洗一次就缩水了。', '线头很多，做工粗糙。', '拉链总是卡住。'],
  },
  Outdoor: {
    good: ['大风大雨都没问题，防水很好。', '重量轻，收纳方便。', '做工扎实，细节到位。'],
    bad: ['下了一个小时雨就漏水。', '背带第二次就断了。', '太重了，不适合长途。'],
  },
  Kitchen: {
    good: ['手感好，很好清洗。', '受热均匀，做菜不粘。', '每天都用，质量没话说。'],
    bad: ['涂层一个月就掉了。', '用了六周就坏了。', '把手松动，不敢用。'],
  },
  Electronics: {
    good: ['音质超出预期，低音很足。', '续航很长，充一次用一周。', '连接很快，操作简单。'],
    bad: ['经常断连，体验很差。', '充电的时候特别烫。', '一个月就没声音了。'],
  },
  Home: {
    good: ['放在房间里很好看，质感不错。', '材质舒服，睡得很香。', '光线柔和，不刺眼。'],
    bad: ['味道很大，晾了一周还有。', '收到的时候就有裂痕。', '颜色和图片差很多。'],
  },
};

export const chineseFrames = {
  good: { openings: ['非常满意！', '推荐购买。', '物超所值。'], closings: ['会再来买。', ''] },
  mixed: { openings: ['一般般。', '对得起这个价格。'], closings: ['先用着看看。', ''] },
  bad: { openings: ['很失望。', '不推荐。'], closings: ['已经申请退货。', ''] },
} as const;
