/** What people say about a category: clauses by language and sentiment. English clauses start in lower case. */
export interface Opinions {
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

/** English clauses by category path. */
export const englishOpinions: Readonly<Record<string, Opinions>> = {
  'Shoes > Running': {
    good: [
      'the cushioning stays soft even after twenty kilometres',
      'the fit around the heel is perfect',
      'they grip well on wet asphalt',
      'my knees no longer hurt after interval training',
    ],
    bad: [
      'the sole was flat after two weeks',
      'the toe box is far too narrow',
      'the laces come undone on every run',
      'I got blisters on the first five kilometres',
    ],
  },
  'Shoes > Hiking': {
    good: [
      'my feet stayed dry through a whole day of rain',
      'the ankle support is excellent on scree',
      'no blisters at all on an eight-hour tour',
      'the lugs hold even on steep mud',
    ],
    bad: [
      'water came through the seams on the first hike',
      'the sole came off after three tours',
      'they are heavy as bricks',
      'the leather cracked within a month',
    ],
  },
  'Shoes > Sandals': {
    good: [
      'the footbed moulds itself to the foot',
      'they dry in minutes after a swim',
      'I walked through Rome for a week without sore feet',
      'the straps sit firmly and never rub',
    ],
    bad: [
      'the buckle broke on the second day',
      'the straps cut into the skin',
      'they smell awful once they get wet',
      'the sole is slippery on tiles',
    ],
  },
  'Clothing > Jackets': {
    good: [
      'it kept me dry in a proper storm',
      'the hood moves with the head',
      'it is warm and yet hardly weighs anything',
      'the pockets are big enough for a map',
    ],
    bad: [
      'the zip jams all the time',
      'rain soaks through the shoulders after ten minutes',
      'the filling leaks feathers everywhere',
      'the sleeves are much too short',
    ],
  },
  'Clothing > T-Shirts': {
    good: [
      'the fabric is soft and does not smell after sport',
      'it kept its shape after twenty washes',
      'the cut is flattering without being tight',
      'the colour is exactly as in the picture',
    ],
    bad: [
      'it shrank by a whole size in the first wash',
      'there was a hole in the seam after a week',
      'the fabric is see-through',
      'the print peeled off at once',
    ],
  },
  'Clothing > Knitwear': {
    good: [
      'the wool is soft and does not scratch at all',
      'it is wonderfully warm without being bulky',
      'the stitching is neat everywhere',
      'it still looks new after one winter',
    ],
    bad: [
      'it pills terribly after two wears',
      'the wool is so scratchy that I cannot wear it',
      'a sleeve unravelled within days',
      'it lost its shape on the first hand wash',
    ],
  },
  'Outdoor > Tents': {
    good: [
      'it stood firm in gusts of seventy kilometres an hour',
      'pitching takes five minutes even alone',
      'not a drop came in during a thunderstorm',
      'there is plenty of room for the luggage',
    ],
    bad: [
      'a pole snapped on the first night',
      'condensation dripped on our sleeping bags',
      'the floor leaked after an hour of rain',
      'the zip tore out of the fabric',
    ],
  },
  'Outdoor > Sleeping Bags': {
    good: [
      'I slept warm at two degrees below zero',
      'it packs down really small',
      'the hood closes snugly without choking',
      'there is enough room to turn over',
    ],
    bad: [
      'I froze at ten degrees',
      'the zip catches the lining every single time',
      'the down comes out at the seams',
      'it is too short for anyone above average height',
    ],
  },
  'Outdoor > Backpacks': {
    good: [
      'the weight sits perfectly on the hips',
      'my back stays dry even in summer',
      'the pockets are exactly where I need them',
      'it carries fifteen kilos without complaint',
    ],
    bad: [
      'a strap ripped off on the second trip',
      'the hip belt rubs the skin raw',
      'everything inside got soaked in light rain',
      'the zips feel cheap and get stuck',
    ],
  },
  'Kitchen > Cookware': {
    good: [
      'eggs slide off without any oil',
      'the heat spreads evenly to the rim',
      'the handle stays cool all the time',
      'stews come out tender like never before',
    ],
    bad: [
      'the coating flaked off after a month',
      'the base warped on the induction hob',
      'everything burns in the middle',
      'the handle came loose on day three',
    ],
  },
  'Kitchen > Coffee Makers': {
    good: [
      'the coffee is hot, rich and without any grounds',
      'the milk foam is as good as in a bar',
      'it is quick to clean',
      'it makes exactly two big mugs',
    ],
    bad: [
      'it leaked all over the counter',
      'the coffee tastes of plastic',
      'the pump died after six weeks',
      'it takes forever to heat up',
    ],
  },
  'Kitchen > Knives': {
    good: [
      'it glides through ripe tomatoes',
      'the balance in the hand is superb',
      'it is still razor sharp after three months',
      'the handle feels solid and warm',
    ],
    bad: [
      'the blade chipped on a carrot',
      'it arrived completely blunt',
      'rust spots appeared after one wash',
      'the handle wobbles',
    ],
  },
  'Electronics > Headphones': {
    good: [
      'the noise cancelling swallows the whole train',
      'the battery lasts all week',
      'voices and bass sound clear and balanced',
      'I forget that I am wearing them',
    ],
    bad: [
      'the left side went silent after a month',
      'the connection drops every few minutes',
      'they press on the ears after half an hour',
      'calls sound as if I were under water',
    ],
  },
  'Electronics > Speakers': {
    good: [
      'the bass is astonishing for its size',
      'it filled the whole garden with music',
      'it survived a fall into the pool',
      'pairing two of them took seconds',
    ],
    bad: [
      'it crackles at half volume',
      'the battery is empty after two hours',
      'the bass rattles the housing',
      'it loses the connection in the next room',
    ],
  },
  'Electronics > Power Banks': {
    good: [
      'it charged my phone four times on one trip',
      'fast charging works as promised',
      'it stays cool while charging',
      'the display shows the rest to the percent',
    ],
    bad: [
      'it holds half of the promised capacity',
      'it got dangerously hot',
      'the socket was loose from the start',
      'it stopped charging after three weeks',
    ],
  },
  'Home > Bedding': {
    good: [
      'the linen gets softer with every wash',
      'I finally sleep without sweating',
      'the colour did not fade at sixty degrees',
      'the zip is well hidden and runs smoothly',
    ],
    bad: [
      'the seams opened in the first wash',
      'it smells of chemicals',
      'it feels like paper on the skin',
      'the colour bled onto the mattress',
    ],
  },
  'Home > Lamps': {
    good: [
      'the light is warm and free of glare',
      'the dimmer works without any flicker',
      'it looks far more expensive than it was',
      'the arm stays exactly where I put it',
    ],
    bad: [
      'it flickers at low brightness',
      'the base is so light that it tips over',
      'the shade arrived with a crack',
      'the switch buzzes all evening',
    ],
  },
};

/** Full sentences around the clauses, by sentiment. */
export const englishFrames = {
  good: {
    openings: [
      'Really happy with this.',
      'Exactly what I was looking for.',
      'Second one I bought from this shop.',
      'My partner gave it to me and I love it.',
      'Great value for the money.',
      '',
    ],
    closings: [
      'Would buy it again.',
      'Highly recommended.',
      'Delivery was quick too.',
      'Five stars from me.',
      '',
    ],
  },
  mixed: {
    openings: [
      'Mixed feelings.',
      'It does the job.',
      'Not bad, but not great either.',
      'Good idea, so-so execution.',
      'As expected for the price.',
    ],
    closings: ['Might keep it.', 'I would wait for a sale.', 'Three stars seem fair.', ''],
  },
  bad: {
    openings: [
      'Very disappointed.',
      'I wanted to like it.',
      'Do not waste your money.',
      'Not what the pictures promise.',
      'Sent it back.',
      '',
    ],
    closings: [
      'Never again.',
      'Customer service did not answer.',
      'I asked for a refund.',
      'Cannot recommend it.',
      '',
    ],
  },
} as const;

/** Words put before a clause, so that texts differ. */
export const englishLeads = [
  'After a month of use',
  'To be honest,',
  'On the first day',
  'What struck me:',
  'In daily life',
  'So far',
];
