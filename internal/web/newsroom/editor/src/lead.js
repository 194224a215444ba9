// The lead picture: a button of the article's form opens the library; what is chosen fills the fields of the picture.
import { h } from './dom.js';
import { Library } from './library.js';

export function picking(form) {
  const opener = form.querySelector('[data-pick]');
  if (!opener || opener.matches(':disabled')) return;
  const section = opener.closest('section');
  const field = form.elements;
  let library;

  function choose({ item, caption, credit, alt }) {
    field.picture_id.value = item.id;
    if (field.picture_pick) field.picture_pick.value = '';
    for (const [name, text] of [['picture_caption', caption], ['picture_credit', credit], ['picture_alt', alt]]) {
      if (text) field[name].value = text;
    }
    if (field.picture_remove) field.picture_remove.checked = false;
    let shown = section.querySelector('img.chosen, :scope > img');
    if (!shown) {
      shown = h('img', { class: 'chosen' });
      section.querySelector('h2').after(shown);
    }
    shown.src = `/newsroom/media/${item.id}`;
    shown.alt = item.alt;
    form.dispatchEvent(new Event('input', { bubbles: true }));
    form.dispatchEvent(new Event('picked'));
  }

  opener.hidden = false;
  opener.addEventListener('click', () => {
    library ??= new Library(JSON.parse(document.getElementById('editor-words').textContent));
    library.open({ kind: 'image', bare: true, choose, after: () => opener.focus() });
  });
}
