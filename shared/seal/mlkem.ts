/** What X-Wing is made of beside X25519, in JavaScript: no runtime has all of it. */
import { sha3_256, shake256 } from '@noble/hashes/sha3.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { checkLength, KEY_BYTES, MLKEM_BYTES, type Primitives } from './primitives.ts'

export const mlkem: Pick<Primitives, 'sha3_256' | 'shake256' | 'mlkem768'> = {
  sha3_256: (data) => sha3_256(data),
  shake256: (data, length) => shake256(data, { dkLen: length }),
  mlkem768: {
    keyPair(seed) {
      checkLength('seed', seed, MLKEM_BYTES.seed)
      const { publicKey, secretKey } = ml_kem768.keygen(seed)
      return { publicKey, privateKey: secretKey }
    },
    encapsulate(publicKey, m) {
      checkLength('public key', publicKey, MLKEM_BYTES.publicKey)
      checkLength('randomness', m, KEY_BYTES)
      const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, m)
      return { ciphertext: cipherText, sharedSecret }
    },
    decapsulate(privateKey, ciphertext) {
      checkLength('private key', privateKey, MLKEM_BYTES.privateKey)
      checkLength('ciphertext', ciphertext, MLKEM_BYTES.ciphertext)
      return ml_kem768.decapsulate(ciphertext, privateKey)
    },
  },
}
