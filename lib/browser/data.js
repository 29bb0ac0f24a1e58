// @ts-check

/**
 * What a figure's script works with.
 *
 * @typedef {object} FigureData
 * @property {any} data
 * @property {Record<string, Uint8Array>} arrays
 * @property {Record<string, HTMLImageElement>} images
 */

/**
 * Reads the data inside a figure's element.
 *
 * @param {Element} root
 * @returns {Promise<FigureData>}
 */
export async function readData(root) {
  const { data, arrays, images } = JSON.parse(root.querySelector(".setr-data")?.textContent ?? "");
  const names = Object.keys(arrays);
  const pictures = Object.keys(images).map(async (name) => [name, await loaded(images[name])]);
  return {
    data,
    arrays: Object.fromEntries(names.map((name) => [name, bytesOf(arrays[name])])),
    images: Object.fromEntries(await Promise.all(pictures)),
  };
}

/** @param {string} text base64 */
function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** @param {string} address */
async function loaded(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}
