// Bytes that are packed in base64: probabilities, queues, weights.

/** @param {string} text */
export const unpack = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
