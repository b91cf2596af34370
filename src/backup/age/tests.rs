//! Files of another program's are read, and the same ones are written.

use super::*;

/// What `age` 0.12 made of the first bytes of [`plain`] with [`passphrase`] and work 10, as SHA-256, and the beginning
/// of each file: the header and the nonce.
const THEIRS: [(usize, &str, &[u8]); 5] = [
    (
        0,
        "191ec0107e8896f715d0b1f563d45001d3353dfe43365d5940d93267d38eb9d1",
        b"age-encryption.org/v1\n\
          -> scrypt hLMtDo2W1Q15guzOQXRJ6A 10\n\
          omiIgBSHyxEgNIU4HT8xNrrlSzcFKUWK/ikJHl6xbQM\n\
          --- zR+6IAcBSOKDkmFP7e1h5QYscodEgT9Z0DLvsxvIWyg\n\
          \x09\x94\x04\x04\xd8\x67\x00\xf4\x86\x75\x61\x9e\xb7\xdd\xe4\x54",
    ),
    (
        21,
        "40a1a221740fa4b1dfb415aecc555e541a40f0ef750d41626be0794523c7b3db",
        b"age-encryption.org/v1\n\
          -> scrypt fu5CPV8u93kTBuTok/fkig 10\n\
          /sS82xa7yvHOxmjNBW9SM9ExrtKxlhGDwesYWVsmPWg\n\
          --- UdM5QMFJpBqCf7GA5B+2w8tegA363Cr1ZvOiR/b19fM\n\
          \x08\x47\xcd\xfc\xa9\x92\x82\x8d\x36\x0e\x71\xf5\x0f\xe3\xa1\x67",
    ),
    (
        65_536,
        "2247cb2fcb6cbf99bccaa698330d138e28de3c2c68c4dcdb494410d85e96aafd",
        b"age-encryption.org/v1\n\
          -> scrypt rZ5Bo+v+DhFknefO823BGA 10\n\
          TB25mrt9Ev1dlpsv90+tM4VppwRBILkdF098XW4/wzs\n\
          --- MBvXTNjsu5YwI0Q1TsWWYBNJiQXXf4stsIjp0FZ7t5k\n\
          \x34\x67\x2c\x4d\xd2\xe4\x0b\xab\xae\x57\x88\xfb\xd3\xbf\x59\x26",
    ),
    (
        65_537,
        "3abc0ba37915cd89e4c6f2a888a28b3bb5352db695434b3b620d19779b23a353",
        b"age-encryption.org/v1\n\
          -> scrypt yW20d9VXfFYj9pGA+/b+Zg 10\n\
          bijLJeseduloSVFg5qlOWTkhUTJXYtLO7fUIjSSufKI\n\
          --- Y8iZDBoXin3PNenBn43VB52gt0U+xTbQRZVYq4QC2So\n\
          \xf5\x09\xdc\x47\x99\xf8\xb2\x3f\xe3\x8e\x53\x11\xf1\x2b\xa0\xe5",
    ),
    (
        200_000,
        "9c739f3e55170cc5839e47e77b374e8f5231350b49c18f3652bd997d2668b47b",
        b"age-encryption.org/v1\n\
          -> scrypt DSBK1C1K0YofGEGXYBis8Q 10\n\
          WE1hCcIi5LiHlZ6S9aPqdGP5QlTjTZ0yZMJtjHlAX64\n\
          --- grh8MwvLmor41S8G1ooQw81ysNy1NH/bC8fBCzh9SDY\n\
          \x13\x84\xa6\x26\x97\x41\x67\xa9\xde\x02\xf5\xb0\x22\x3f\xc5\xe9",
    ),
];

const WORK: u8 = 10;

fn passphrase() -> SecretString {
    "tiga ekor kucing".into()
}

fn plain(length: usize) -> Vec<u8> {
    (0_u8..251).cycle().take(length).collect()
}

/// What was drawn for a file, as whoever knows the passphrase can tell.
fn drawn(file: &[u8]) -> Drawn {
    let mut rest = file;
    let header = Header::read(&mut rest).unwrap();
    let wrapping = wrapping(&passphrase(), header.salt, header.work).unwrap();
    let file_key = wrapping.decrypt(&Nonce::default(), &header.wrapped[..]).unwrap();
    Drawn { file_key: file_key.try_into().unwrap(), salt: header.salt, nonce: rest[..16].try_into().unwrap() }
}

fn encrypted(plain: &[u8], drawn: Drawn) -> Vec<u8> {
    let mut encryptor = Encryptor::with(Vec::new(), &passphrase(), WORK, drawn).unwrap();
    // Pieces that do not end where chunks do.
    for piece in plain.chunks(10_007) {
        encryptor.write_all(piece).unwrap();
    }
    encryptor.finish().unwrap()
}

fn decrypted(file: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    let input = io::BufReader::with_capacity(1_000, file);
    let mut decryptor =
        Decryptor::new(input, &passphrase(), WORK).map_err(|bad| io::Error::other(format!("{bad:?}")))?;
    decryptor.read_to_end(&mut plain)?;
    Ok(plain)
}

#[test]
fn files_are_those_of_age_byte_for_byte() {
    for (length, sha, beginning) in THEIRS {
        let file = encrypted(&plain(length), drawn(beginning));
        assert!(file.starts_with(beginning), "{length}");
        let digest = <Sha256 as sha2::Digest>::digest(&file);
        let digest = digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(digest, sha, "{length}");
        assert!(decrypted(&file).unwrap() == plain(length), "{length}");
    }
}

#[test]
fn no_two_files_are_drawn_alike() {
    let file = || Encryptor::new(Vec::new(), &passphrase(), 1).unwrap().finish().unwrap();
    let (one, other) = (drawn(&file()), drawn(&file()));
    assert!(one.file_key != other.file_key && one.salt != other.salt && one.nonce != other.nonce);
}

#[test]
fn a_payload_that_was_changed_is_not_read_to_its_end() {
    let file = encrypted(&plain(2 * CHUNK), drawn(THEIRS[0].2));
    let payload = THEIRS[0].2.len();
    let chunk = CHUNK + TAG;
    for place in [payload, payload + CHUNK, payload + chunk, file.len() - 1] {
        let mut other = file.clone();
        other[place] ^= 1;
        assert_eq!(decrypted(&other).unwrap_err().kind(), io::ErrorKind::InvalidData, "{place}");
    }
    for end in [payload, payload + 5, payload + chunk, payload + chunk + 5, payload + chunk + TAG, file.len() - 1] {
        assert!(decrypted(&file[..end]).is_err(), "{end}");
    }
    let (first, second) = file[payload..].split_at(chunk);
    for chunks in [[second, first], [first, first], [second, second]] {
        assert!(decrypted(&[&file[..payload], &chunks.concat()].concat()).is_err());
    }
    assert!(decrypted(&[&file[..], b"x"].concat()).is_err());

    // Not what `finish` writes: an empty chunk behind a full one.
    let mut encryptor = Encryptor::with(Vec::new(), &passphrase(), WORK, drawn(THEIRS[0].2)).unwrap();
    encryptor.write_all(&plain(CHUNK)).unwrap();
    encryptor.put(false).unwrap();
    assert_eq!(decrypted(&encryptor.finish().unwrap()).unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[test]
fn after_a_fault_comes_no_end() {
    let file = encrypted(&plain(9), drawn(THEIRS[0].2));
    let mut decryptor = Decryptor::new(&file[..file.len() - 1], &passphrase(), WORK).ok().unwrap();
    for _ in 0..2 {
        assert!(decryptor.read(&mut [0; 9]).is_err());
    }
}

#[test]
fn a_header_is_read_in_one_form_only() {
    let bad = |file: &[u8], passphrase: &str, most: u8| Decryptor::new(file, &passphrase.into(), most).err();
    let file = encrypted(b"", drawn(THEIRS[0].2));
    assert_eq!(bad(&file, "tiga ekor kucing", WORK), None);
    assert_eq!(bad(&file, "empat ekor kucing", WORK), Some(BadHeader::WrongPassphrase));
    assert_eq!(bad(&file, "tiga ekor kucing", WORK - 1), Some(BadHeader::Unreadable));

    let header = file.len() - 16 - TAG;
    let text = std::str::from_utf8(&file[..header]).unwrap();
    let (salt, wrapped) = text.split_once("scrypt ").and_then(|(_, rest)| rest.split_once(" 10\n")).unwrap();
    let wrapped = wrapped.lines().next().unwrap();
    let code = text.trim_end().rsplit(' ').next().unwrap();
    for (from, to) in [
        ("/v1", "/v2"),
        ("scrypt", "X25519"),
        (" 10\n", " 010\n"),
        (" 10\n", " +10\n"),
        (" 10\n", " 0\n"),
        (" 10\n", " 10 x\n"),
        (" 10\n", "\n"),
        ("\n", "\r\n"),
        (salt, &salt[1..]),
        (salt, &format!("{salt}==")),
        (wrapped, &wrapped[4..]),
        (wrapped, &format!("{wrapped}\n-> scrypt {salt} 10\n{wrapped}")),
        ("---", "--"),
        (code, &format!("{code}x")),
        (code, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ] {
        let other = [text.replacen(from, to, 1).as_bytes(), &file[header..]].concat();
        assert_eq!(bad(&other, "tiga ekor kucing", WORK), Some(BadHeader::Unreadable), "{from:?} {to:?}");
    }
    for end in 0..header {
        assert!(bad(&file[..end], "tiga ekor kucing", WORK).is_some(), "{end}");
    }
}
