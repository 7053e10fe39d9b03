import { foldText } from './title-tokens.ts';

/** Given names that stand for one another; a short form may stand for several. Common in English, German, Spanish and French. */
const sameNames: readonly string[] = [
  'alexander alex sasha sandro',
  'alexandra alex sandra sasha',
  'andrew andy drew',
  'anthony tony antonio toni anton',
  'barbara barb babs',
  'benjamin ben benny',
  'catherine katherine kathryn kate katie kathy cathy cate katharina kathi',
  'charles charlie chuck karl carlos',
  'christine christina christa chris tina',
  'christopher chris christian',
  'daniel dan danny',
  'david dave davy',
  'deborah debbie deb',
  'dominic dominik dom nick',
  'edward ed eddie ted',
  'elizabeth elisabeth liz beth lizzie betty lisa elisa elsa',
  'emanuel manuel manny manu',
  'francis frank franz francisco paco',
  'frederick fred freddy friedrich fritz',
  'gabriel gabe',
  'george jorge georg',
  'gregory greg',
  'guillaume william wilhelm willi will bill billy',
  'henry harry heinrich heiner',
  'isabella isabel bella isa',
  'jacob jake jakob',
  'james jim jimmy jamie',
  'jennifer jenny jen',
  'jessica jess jessie',
  'johannes johann john johnny jack hans jan juan jean',
  'jonathan jon johnny',
  'joseph joe joey josef jose pepe',
  'joshua josh',
  'leonard leo len leonardo',
  'margaret maggie meg peggy margarete grete greta',
  'martha marta',
  'matthew matt matthias matze mathieu',
  'maximilian max',
  'michael mike mick mickey michel miguel michi',
  'nicholas nicolas nick nico klaus nikolaus',
  'patricia pat patty tricia',
  'patrick pat paddy',
  'peter pete pedro pierre',
  'philip phil philipp',
  'rebecca becky becca',
  'richard rick ricky dick ricardo',
  'robert rob bob bobby robbie',
  'ronald ron ronny',
  'samuel sam sammy',
  'samantha sam sammy',
  'stephen steven steve stefan stephan',
  'susan sue susie susanne',
  'theodore theo ted theodor',
  'theresa teresa tess terry resi',
  'thomas tom tommy tomas',
  'timothy tim timmy',
  'victoria vicky tori',
  'vincent vince vinny',
  'zachary zach zack',
];

const groupsOf = new Map<string, number[]>();
sameNames.forEach((names, group) => {
  for (const name of names.split(' ').map(foldText))
    groupsOf.set(name, [...(groupsOf.get(name) ?? []), group]);
});

/** Whether two folded given names are forms of one name, such as bob and robert. */
export function areFormsOfOneName(a: string, b: string): boolean {
  const ofB = groupsOf.get(b);
  return ofB !== undefined && (groupsOf.get(a)?.some((group) => ofB.includes(group)) ?? false);
}
