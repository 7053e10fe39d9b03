import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encoded } from './encoder-fixture.ts';
import { type EncodingGuess, guessEncoding } from './guess-encoding.ts';
import { asUtf8 } from './text-encoding.ts';

const dir = mkdtempSync(join(tmpdir(), 'stocktake-guess-encoding-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function guess(bytes: Uint8Array): EncodingGuess & { text: string } {
  const path = join(dir, 'in.csv');
  writeFileSync(path, bytes);
  const guessed = guessEncoding(path);
  const { path: utf8 } = asUtf8(path, join(dir, 'copy'), guessed);
  return { ...guessed, text: readFileSync(utf8, 'utf8').replace(/^\ufeff/, '') };
}

const texts = {
  simplified:
    '编号,名称,评价\n1,无线蓝牙耳机,音质很好，物流也快，下次还会来买。\n2,纯棉四件套,颜色和图片一样，客服态度不错\n3,不锈钢保温杯,密封性差，漏水，已经退货了\n',
  traditional:
    '編號,名稱,評價\n1,無線藍牙耳機,音質很好，物流也快，下次還會來買。\n2,純棉四件套,顏色和圖片一樣，客服態度不錯\n3,不鏽鋼保溫杯,密封性差，漏水，已經退貨了\n',
  japanese:
    '番号,品名,感想\n1,ワイヤレスイヤホン,音がとても良くて、すぐに届きました。\n2,水筒,水漏れがあるので返品しました\n',
  korean:
    '번호,상품명,후기\n1,무선 이어폰,음질이 아주 좋고 배송도 빨라요.\n2,보온병,물이 새서 반품했습니다\n',
  german:
    'Nr,Name,Straße\n1,Jürgen Müller,Königsallee 5\n2,Renée Größer,Am Überfall 7\n3,Käthe Weiß,Söflinger Straße 12\n',
  french:
    'id,nom,avis\n1,Théière émaillée,Très bien reçu, couleur légèrement différente\n2,Abat-jour,Abîmé à la réception\n',
  russian:
    'номер,название,отзыв\n1,Беспроводные наушники,Звук отличный, доставка быстрая\n2,Термос,Протекает, вернул обратно\n',
  greek: 'α/α,όνομα\n1,Ασύρματα ακουστικά με καλό ήχο\n2,Θερμός από ανοξείδωτο ατσάλι\n',
  polish:
    'nr,nazwa,opinia\n1,Słuchawki bezprzewodowe,Świetny dźwięk, szybka wysyłka, polecam każdemu\n2,Kubek,Niestety przecieka, odesłałem następnego dnia\n',
};

describe('the guess of an encoding', () => {
  it.each([
    ['gb18030', texts.simplified],
    ['big5', texts.traditional],
    ['shift_jis', texts.japanese],
    ['euc-jp', texts.japanese],
    ['euc-kr', texts.korean],
    ['windows-1252', texts.german],
    ['windows-1252', texts.french],
    ['windows-1251', texts.russian],
    ['koi8-r', texts.russian],
    ['windows-1253', texts.greek],
    ['windows-1250', texts.polish],
  ])('tells %s by how it reads', (encoding, text) => {
    const guessed = guess(encoded(text, encoding));
    expect(guessed).toMatchObject({ encoding, text });
    expect(guessed.confidence).toBeGreaterThan(0.6);
  });

  it.each(Object.entries(texts))('tells UTF-8, UTF-16 and UTF-32 of a %s text, marked or not', (_, text) => {
    expect(guess(Buffer.from(text))).toMatchObject({ encoding: 'utf-8', text });
    for (const encoding of ['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'] as const) {
      expect(guess(encoded(text, encoding))).toMatchObject({ encoding, text });
      expect(guess(encoded(`\ufeff${text}`, encoding))).toMatchObject({ encoding, confidence: 1, text });
    }
  });

  it('stays sure of one short value, and less sure the less there is', () => {
    const one = guess(encoded('id,city\n1,上海\n', 'gb18030'));
    expect(one.encoding).toBe('gb18030');
    expect(one.confidence).toBeLessThan(guess(encoded(texts.simplified, 'gb18030')).confidence);
    expect(guess(encoded('id,name\n1,Café\n2,plain\n', 'windows-1252')).encoding).toBe('windows-1252');
    expect(guess(encoded('id,price\n1,£ 5\n2,7 €\n', 'windows-1252')).encoding).toBe('windows-1252');
  });

  it('keeps a file of UTF-8 with a few broken lines UTF-8', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `${index},né${index}\n`).join('');
    const bytes = Buffer.concat([Buffer.from(`id,x\n${lines}`), Buffer.from('99,caf\xe9 bar\n', 'latin1')]);
    expect(guess(bytes)).toMatchObject({ encoding: 'utf-8', confidence: 0.95 });
  });

  it('does not take text with a few zero bytes for UTF-16', () => {
    expect(guess(Buffer.from('id,name\n1,a\0b\n2,c\0\n3,plain text\n')).encoding).toBe('utf-8');
  });
});
