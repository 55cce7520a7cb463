/** A fingerprint as people compare it: in hex by groups, and as words to read aloud. */

/** One word a byte. */
const words = `
  acorn actor agent album alley amber anchor angle ankle apple apron arena arrow aspen atlas attic
  award bacon badge baker balcony bamboo banjo barley barn basil basket beach beacon beaver bell bench
  berry bicycle bishop blanket bonfire border bottle boulder bowl branch bread brick bridge bronze broom bucket
  buffalo bugle butter cabin cactus camel camera candle canoe canvas canyon captain carbon cargo carpet castle
  cedar cello chalk cheese cherry chess chimney cinema circus citrus clam clay cliff clover cobalt cobweb
  coffee comet copper coral cotton cradle crane crater crayon cricket crown crystal daisy dancer deer delta
  desert diamond dinner dolphin domino donkey dragon drum eagle easel echo elbow ember engine envelope falcon
  fable feather fence fern ferry fiddle finch flame flute forest fossil fountain fox galaxy garden garlic
  geyser ginger giraffe glacier glove goat granite grape guitar hammer harbor harvest hazel helmet heron hill
  hockey honey horizon hotel iceberg igloo indigo insect island ivory jacket jaguar jasmine jelly jigsaw juggler
  kayak kettle kitten koala ladder lagoon lantern laser lemon lentil library lily lizard lobster locket lotus
  magnet mango maple marble meadow melon mirror mitten monk mosaic moth mountain muffin museum mustard napkin
  nectar needle nickel noodle nutmeg oak oasis ocean olive onion opera orbit orchard otter oyster paddle
  panda paper parrot pebble pelican pencil pepper piano pigeon pilot planet plaza plum pocket pond poppy
  potato prairie puzzle quartz quilt rabbit radish raven reef ribbon river robin rocket saddle salmon sandal
  satin scarf shovel silver spider stone sugar sunset tiger timber tulip turtle velvet violin walnut zebra
`.trim().split(/\s+/)

/** 96 bits: too many for anybody to make another key that reads the same. */
const spoken = 12

/** `a1b2 c3d4 …` */
export function groups(hex: string): string {
  return (hex.match(/.{1,4}/g) ?? []).join(' ')
}

/** The first twelve bytes as words. `hex` holds at least twelve bytes. */
export function wordsOf(hex: string): string {
  const bytes = (hex.match(/../g) ?? []).slice(0, spoken)
  if (bytes.length < spoken) throw new RangeError('a fingerprint holds at least twelve bytes')
  return bytes.map((byte) => wordOf(parseInt(byte, 16))).join(' ')
}

/** The word of a byte. */
export function wordOf(byte: number): string {
  return words[byte] as string
}

/** The bytes that the words stand for; null when one of them is none of ours. */
export function bytesOfWords(spelled: readonly string[]): Uint8Array | null {
  const bytes = spelled.map((word) => words.indexOf(word))
  return bytes.includes(-1) ? null : Uint8Array.from(bytes)
}
