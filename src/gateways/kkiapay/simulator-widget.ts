// A widget for browsers: what `k.js` offers to a page, as far as a payment needs it, and the page inside its frame. Neither
// is written from anything that a request brings, so neither can be made to say something else.

/** Stands where cdn.kkiapay.me/k.js stands; the names are those of package kkiapay 2.0.38 (sheet 3.1). */
export const WIDGET_SCRIPT = `(() => {
  const home = new URL('.', document.currentScript.src);
  const listeners = new Map();
  let frame = null;
  const listen = (name) => (listener) => listeners.set(name, [...(listeners.get(name) ?? []), listener]);
  const tell = (name, data) => (listeners.get(name) ?? []).forEach((listener) => listener(data));
  const close = () => { frame?.remove(); frame = null; tell('close'); };
  addEventListener('message', ({ origin, data }) => {
    if (origin !== home.origin || data?.from !== 'kkiapay-simulator') return;
    if (data.name !== 'close') tell(data.name, data.data);
    close();
  });
  const textOf = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  window.openKkiapayWidget = (options) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(options)) {
      if (value !== undefined && value !== null) query.set(name, textOf(value));
    }
    frame?.remove();
    frame = document.createElement('iframe');
    frame.src = new URL('widget?' + query, home);
    frame.style.cssText = 'position:fixed;inset:0;margin:auto;width:360px;height:420px;border:0;background:#fff;z-index:9999';
    document.body.append(frame);
  };
  window.closeKkiapayWidget = close;
  window.addSuccessListener = listen('success');
  window.addFailedListener = listen('failed');
  window.addPendingListener = listen('pending');
  window.addKkiapayCloseListener = listen('close');
  window.addKkiapayListener = (name, listener) => listen(name)(listener);
})();
`;

export const WIDGET_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>KkiaPay simulator</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }
  label, button, output { display: block; margin: 0.75rem 0; }
  input { font: inherit; width: 100%; box-sizing: border-box; padding: 0.5rem; }
</style>
<h1>KkiaPay simulator</h1>
<p>You pay <strong id="amount"></strong> XOF. No money moves.</p>
<form>
  <label>Phone number <input id="phone" inputmode="tel" placeholder="2290161000000"></label>
  <button>Pay</button>
  <button type="button" id="cancel">Cancel</button>
</form>
<output></output>
<script>
  const asked = new URLSearchParams(location.search);
  const find = (query) => document.querySelector(query);
  const tell = (name, data) => parent.postMessage({ from: 'kkiapay-simulator', name, data }, '*');
  find('#amount').textContent = asked.get('amount') ?? '?';
  find('#phone').value = asked.get('phone') ?? asked.get('phoneNumber') ?? '';
  find('#cancel').onclick = () => tell('close');
  find('form').onsubmit = async (event) => {
    event.preventDefault();
    const partnerId = asked.get('partnerId') ?? undefined;
    const data = asked.get('data') ?? undefined;
    const phone = find('#phone').value.replace(/[^0-9]/g, '') || undefined;
    const body = JSON.stringify({ amount: Number(asked.get('amount')), phone, partnerId, data });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('_widget', { method: 'POST', headers, body });
    const { transactionId, status, error } = await answer.json();
    find('output').textContent = error ? error.field + ' ' + error.message : 'Transaction ' + transactionId + ': ' + status;
    if (error) return;
    const names = { SUCCESS: 'success', FAILED: 'failed' };
    tell(names[status] ?? 'pending', { transactionId, partnerId, data });
  };
</script>
</html>
`;
