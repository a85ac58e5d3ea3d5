-- The first versions of these templates told their readers to open an address of the API, which a browser cannot. Versions that people have
-- written stay; so does a first version that is not the one that was delivered.
update templates set body = replace(body,
  'Download it with "stoa reports download", or from this address with an access token: {{link}}', 'Sign in to download it: {{link}}')
 where id = 'report.ready.en' and version = 1;
update templates set body = replace(body,
  'Laden Sie ihn mit „stoa reports download“ herunter, oder mit einem Zugriffstoken von dieser Adresse: {{link}}',
  'Melden Sie sich an, um ihn herunterzuladen: {{link}}')
 where id = 'report.ready.de' and version = 1;
update templates set body = replace(body, 'You can repeat it: {{link}}', 'Sign in to repeat it: {{link}}')
 where id = 'report.failed.en' and version = 1;
update templates set body = replace(body, 'Sie können ihn wiederholen: {{link}}', 'Melden Sie sich an, um ihn zu wiederholen: {{link}}')
 where id = 'report.failed.de' and version = 1;
