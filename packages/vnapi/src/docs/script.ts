/** What the page does by itself: search, open what a link leads to, and show the server's own address in examples. */
export const script = `
const search = document.getElementById('search');
const found = document.getElementById('found');
const operations = [...document.querySelectorAll('.operation')];
function filter() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const each of operations) each.hidden = !words.every((word) => each.dataset.words.includes(word));
  for (const section of document.querySelectorAll('section.tag')) {
    section.hidden = !section.querySelector('.operation:not([hidden])');
  }
  for (const section of document.querySelectorAll('section.more')) section.hidden = words.length > 0;
  const count = operations.filter((each) => !each.hidden).length;
  found.value = words.length > 0 ? count + ' of ' + operations.length : '';
}
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.hidden || target.closest('[hidden]')) { search.value = ''; filter(); }
  if (target.tagName === 'DETAILS') target.open = true;
  target.scrollIntoView();
}
search.addEventListener('input', filter);
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== search) { event.preventDefault(); search.focus(); }
});
addEventListener('hashchange', openTarget);
for (const each of document.querySelectorAll('.operation pre')) {
  each.textContent = each.textContent.replace(document.body.dataset.origin, location.origin);
}
openTarget();
`;
