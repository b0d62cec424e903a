//! Reading files of the right form, and telling every wrong one apart.

use super::*;
use crate::testing::{Folder, gzip, idx_images, idx_labels};

fn read_bytes(bytes: &[u8], content: Content) -> Result<Idx, Fault> {
    let folder = Folder::new();
    read_any(&folder.write("file", bytes), content)
}

#[test]
fn plain_and_gzipped_files_give_the_same() {
    let plain = idx_images(3, [2, 2], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    for bytes in [plain.clone(), gzip(&plain)] {
        let idx = read_bytes(&bytes, Content::Images).unwrap();
        assert_eq!((idx.samples, idx.size), (3, [2, 2]));
        assert_eq!(idx.bytes, (1..=12).collect::<Vec<u8>>());
    }
    let labels = read_bytes(&gzip(&idx_labels(&[7, 8])), Content::Labels).unwrap();
    assert_eq!((labels.samples, labels.bytes), (2, vec![7, 8]));
}

#[test]
fn two_gzip_members_are_one_content() {
    let plain = idx_labels(&[1, 2, 3, 4]);
    let mut bytes = gzip(&plain[..9]);
    bytes.extend(gzip(&plain[9..]));
    assert_eq!(
        read_bytes(&bytes, Content::Labels).unwrap().bytes,
        [1, 2, 3, 4]
    );
}

#[test]
fn each_fault_is_told_apart() {
    let good = idx_labels(&[1, 2, 3, 4]);
    let fault = |bytes: &[u8]| read_bytes(bytes, Content::Labels).unwrap_err();
    assert!(matches!(fault(&[]), Fault::Empty));
    assert!(matches!(fault(&gzip(&[])), Fault::Empty));
    assert!(matches!(
        fault(b"<!DOCTYPE"),
        Fault::NotIdx([b'<', b'!', b'D', b'O'])
    ));
    assert!(matches!(
        fault(&good[..6]),
        Fault::Truncated {
            expected: 8,
            got: 6
        }
    ));
    assert!(matches!(
        fault(&good[..11]),
        Fault::Truncated {
            expected: 12,
            got: 11
        }
    ));
    assert!(matches!(
        fault(&gzip(&good[..11])),
        Fault::Truncated {
            expected: 12,
            got: 11
        }
    ));
    let packed = gzip(&good);
    for length in 3..packed.len() {
        assert!(
            matches!(fault(&packed[..length]), Fault::Gzip(_)),
            "cut at {length}"
        );
    }
    let longer = [&good[..], &[0]].concat();
    assert!(matches!(fault(&longer), Fault::Oversized { expected: 12 }));
    assert!(matches!(
        fault(&gzip(&longer)),
        Fault::Oversized { expected: 12 }
    ));
    let trailing = [&packed[..], b"rubbish after the end"].concat();
    assert!(matches!(fault(&trailing), Fault::Gzip(_)));
    assert!(matches!(fault(&idx_labels(&[])), Fault::NoSamples));
    let images = idx_images(1, [1, 1], &[0]);
    assert!(matches!(fault(&images), Fault::Swapped(Content::Images)));
}

#[test]
fn a_flipped_bit_in_a_gzip_is_noticed_without_our_checksum() {
    let packed = gzip(&idx_labels(&[1, 2, 3, 4]));
    for byte in 10..packed.len() {
        let mut broken = packed.clone();
        broken[byte] ^= 4;
        // A few bits pad the packed data to whole bytes and mean nothing.
        if let Ok(idx) = read_bytes(&broken, Content::Labels) {
            assert_eq!(idx.bytes, [1, 2, 3, 4], "byte {byte} of {}", packed.len());
        }
    }
}

#[test]
fn a_header_that_promises_the_moon_costs_no_memory() {
    let mut claims = vec![0, 0, 8, 3];
    claims.extend([0xff; 12]);
    for bytes in [claims.clone(), gzip(&claims)] {
        let fault = read_bytes(&bytes, Content::Images).unwrap_err();
        assert!(matches!(fault, Fault::Memory(_)), "{fault:?}");
    }
    // 16 TB: less than overflows, more than could ever be set aside.
    let claims = idx_images(1 << 24, [1 << 10, 1 << 10], &[]);
    for bytes in [claims.clone(), gzip(&claims)] {
        let fault = read_bytes(&bytes, Content::Images).unwrap_err();
        assert!(
            matches!(fault, Fault::Truncated { got: 16, .. }),
            "{fault:?}"
        );
    }
    let mut claims = vec![0, 0, 8, 1];
    claims.extend([0xff; 4]);
    for bytes in [claims.clone(), gzip(&claims)] {
        let fault = read_bytes(&bytes, Content::Labels).unwrap_err();
        assert!(
            matches!(
                fault,
                Fault::Truncated {
                    expected: 0x1_0000_0007,
                    got: 8
                }
            ),
            "{fault:?}"
        );
    }
}

#[test]
fn missing_files_and_folders_are_told_apart() {
    let folder = Folder::new();
    let missing = read_any(&folder.path().join("none"), Content::Labels);
    assert!(matches!(missing, Err(Fault::Missing)));
    assert!(matches!(
        read_any(folder.path(), Content::Labels),
        Err(Fault::Folder)
    ));
}
